"""A parametric thorax: lungs, heart, great vessels and diaphragm as implicit bodies.

In:  a Thorax, every anatomical parameter, lengths in mm.
Out: Anatomy: where the walls are, and how much air there is at any point.
Never here: rays and films, bones, anything measured on a patient.

Axes: x runs to the patient's left, y to the back, z to the feet; the origin is in the midline at
the height of the lung apices.
"""

import dataclasses
import math

import numpy as np


@dataclasses.dataclass
class Blob:
    """A denser region of lung; density 1 is water. Radii in mm along x, y, z."""

    centre: tuple
    radii: tuple
    density: float
    soft_edge: float = 0.35


@dataclasses.dataclass
class Thorax:
    seed: int = 1
    half_width: float = 138.0  # inner chest wall at the level of the diaphragm
    lung_height: float = 225.0  # apex to the right dome
    depth_scale: float = 1.0
    dome: float = 1.0  # 1 normal; below 0.6 flattened
    left_dome_drop: float = 12.0
    right_dome_raise: float = 0.0
    ctr: float = 0.45  # heart width over inner chest width
    heart_tilt: float = 0.55  # 0.3 lies flat, 0.9 hangs
    heart_right_share: float = 1.0
    aorta: float = 1.0  # calibre of arch and descending aorta
    tortuosity: float = 0.0  # mm that the descending aorta bulges to the left
    mediastinum: float = 1.0
    fat: float = 14.0
    breast: float = 0.0  # mm
    rotation_deg: float = 0.0
    scoliosis: float = 0.0  # mm
    kyphosis: float = 1.0
    rib_slope: float = 1.0
    rib_size: float = 1.0
    bone: float = 1.0
    lung_density: float = 0.24
    vessels: float = 1.0  # calibre
    congestion: float = 0.0
    effusion_right: float = 0.0  # mm of fluid above the sulcus
    effusion_left: float = 0.0
    pneumothorax_right: float = 0.0  # mm between chest wall and lung at the apex
    pneumothorax_left: float = 0.0
    blobs: tuple = ()
    bands: tuple = ()  # plate atelectasis: (x, y, z, half length, half thickness)
    granulomas: tuple = ()  # calcified: (x, y, z, radius)
    stomach_gas: float = 1.0
    bowel_gas: int = 2
    pacemaker: bool = False
    central_line: bool = False
    sternotomy: bool = False
    marker: str = "L"
    arms: float = 1.0


def smooth_step(t):
    t = np.clip(t, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


class Anatomy:
    """Curves and implicit bodies of one thorax; distances in mm, positive inside the lung."""

    def __init__(self, t):
        self.t = t
        height = t.lung_height
        self.z_dome_right = height - t.right_dome_raise
        self.z_dome_left = height + t.left_dome_drop
        self.z_wide = height * 1.02
        self.heart = self._heart()

    # Half width and front and back of the inner chest wall at height z.
    def half_width(self, z):
        up = np.clip(1.0 - z / self.z_wide, 0.0, 1.4)
        return self.t.half_width * (1.0 - 0.58 * up * up * np.sqrt(up))

    def front(self, z):
        s = z / self.t.lung_height
        up = np.clip(1.0 - s, 0.0, 1.5)
        return (-100.0 + 72.0 * up * up - 4.0 * np.clip(s - 1.0, 0, 1)) * self.t.depth_scale

    def back(self, z):
        s = z / self.t.lung_height
        off = s - 0.62
        off = np.where(off > 0, 0.45 * np.tanh(off / 0.45), off)
        return (100.0 - self.t.kyphosis * (105.0 * off * off)) * (0.35 + 0.65 * self.t.depth_scale)

    def spine_y(self, z):
        return self.back(z) - 24.0

    def spine_x(self, z):
        s = z / self.t.lung_height
        return self.t.scoliosis * np.sin(2.6 * (s - 0.1))

    def vertebra_z(self, number):
        """Centre of thoracic vertebra `number` (13 and up: lumbar)."""
        unit = 0.85 * 230.0 / 225.0 * (0.5 * self.t.lung_height + 0.5 * 225.0) / 9.0
        n = number - 1
        return -6.0 + unit * n * (0.92 + 0.016 * n)

    def diaphragm(self, x, y):
        """Height of the dome at (x, y); the sulci hang below it."""
        t = self.t
        wide = t.half_width
        side = np.abs(x)
        peak = 0.46 * wide
        lateral = np.clip((side - peak) / (wide - peak), 0.0, 1.3)
        medial = np.clip((peak - side) / peak, 0.0, 1.0)
        ahead = y + 18.0
        span = 95.0 * t.depth_scale
        back = np.clip(ahead / span, 0.0, 1.4)
        front = np.clip(-ahead / span, 0.0, 1.4)
        fall = 46.0 * lateral * lateral + 9.0 * medial * medial
        fall = fall + 62.0 * back * back + 26.0 * front * front
        level = np.where(x < 0, self.z_dome_right, self.z_dome_left)
        return level + t.dome * fall + (1.0 - t.dome) * 26.0

    def _heart(self):
        """Ellipsoids (centre, rotation, radii), sized so that their joint width meets the CTR."""
        t = self.t
        tilt = t.heart_tilt
        long_axis = np.array([1.0 - 0.45 * tilt, -0.42, 0.25 + 0.75 * tilt])
        long_axis /= np.linalg.norm(long_axis)
        side = np.cross(long_axis, [0.0, 1.0, 0.0])
        side /= np.linalg.norm(side)
        third = np.cross(long_axis, side)
        turned = np.stack([long_axis, side, third])
        plain = np.eye(3)
        right = t.heart_right_share
        unit = [
            (np.array([17.0, -14.0, 10.0]), turned, np.array([72.0, 44.0, 42.0])),
            (np.array([-11.0 * right, -14.0, 4.0]), plain, np.array([37.0, 40.0, 58.0])),
            (np.array([6.0, 20.0, -26.0]), plain, np.array([40.0, 26.0, 34.0])),
            (np.array([8.0, -18.0, -46.0]), plain, np.array([32.0, 30.0, 52.0])),
            (np.array([6.0, -30.0, 30.0]), plain, np.array([52.0, 44.0, 40.0])),
        ]

        def extent(part):
            centre, axes, radii = part
            return centre[0], math.sqrt(float(np.sum((axes[:, 0] * radii) ** 2)))

        reach = [extent(part) for part in unit]
        width = max(c + e for c, e in reach) + max(e - c for c, e in reach)
        # The left border's widest point must clear the left dome, or the film would show less.
        scale = t.ctr * 2.0 * float(self.half_width(self.t.lung_height)) / width
        tall = scale**0.75 * (t.lung_height / 225.0) ** 0.35
        deep = scale**0.8 * t.depth_scale**0.5
        base = min(self.z_dome_right, self.z_dome_left)
        centre = np.array([0.0, -22.0 * t.depth_scale + 10.0 * (scale - 1.0), base - 30.0 * tall])
        stretch = np.array([scale, deep, tall])
        parts = []
        for c, axes, radii in unit:
            # An ellipsoid under a stretch stays one: q = |D^-1 R S^-1 (p - c)|^2.
            matrix = (axes / radii[:, None]) / stretch[None, :]
            parts.append((centre + c * stretch, matrix, float(min(radii)) * scale))
        self.heart_scale = scale
        self.heart_centre = centre
        self.heart_extent = (
            scale * max(e - c for c, e in reach),
            scale * max(c + e for c, e in reach),
        )
        return parts

    @staticmethod
    def _ellipsoid(x, y, z, centre, matrix, size):
        dx, dy, dz = x - centre[0], y - centre[1], z - centre[2]
        q = 0.0
        for row in matrix:
            term = row[0] * dx + row[1] * dy + row[2] * dz
            q = q + term * term
        return (np.sqrt(q) - 1.0) * size

    def wall(self, x, y, z):
        """Distance from the inner chest wall, apex included."""
        w = self.half_width(z)
        front, back = self.front(z), self.back(z)
        d = 0.5 * (back - front)
        a = x / w
        b = (y - 0.5 * (front + back)) / d
        a = a * a
        b = b * b
        round_ = np.sqrt(a + b)
        square = np.sqrt(np.sqrt(a * a + b * b))
        ring = (1.0 - 0.5 * (round_ + square)) * np.minimum(w, d)
        side = np.abs(x) - 0.36 * self.t.half_width
        back_off = y - 22.0
        lid = z - (side * side + 0.5 * back_off * back_off) * (1.0 / 50.0)
        return np.minimum(ring, 0.8 * lid)

    def outside_mediastinum(self, x, y, z):
        """Distance from heart, great vessels, spine and the membrane between the lungs."""
        t = self.t
        # The membrane between the lungs: thin behind the breastbone, thick before the spine.
        out = np.abs(x - 1.0) - (5.0 + 7.0 * smooth_step((y + 10.0) / 60.0))
        for centre, matrix, size in self.heart:
            out = np.minimum(out, self._ellipsoid(x, y, z, centre, matrix, size))
        sx, sy = self.spine_x(z), self.spine_y(z)
        dx = x - sx
        behind = y - sy
        spine = (
            np.sqrt(dx * dx + np.minimum(behind, 0.0) ** 2) - 19.0 - 0.42 * np.maximum(behind, 0.0)
        )
        out = np.minimum(out, spine)
        # Upper mediastinum: brachiocephalic veins and arteries, thyroid, fat.
        k = t.mediastinum
        taper = 1.0 + 0.20 * np.clip((40.0 - z) / 60.0, -0.6, 1.0)
        upper = np.sqrt(((x - 1.0) / (26.0 * k * taper)) ** 2 + ((y + 6.0) / 40.0) ** 2)
        thin = np.clip((z / t.lung_height - 0.26) / 0.22, 0.0, 3.0)
        upper = (upper - 1.0) * 26.0 + 22.0 * thin * thin
        out = np.minimum(out, upper)
        dx, dy = x + 22.0 * k, y + 14.0
        cava = np.maximum(np.sqrt(dx * dx + dy * dy) - 11.5 * k, z - self.heart_centre[2])
        out = np.minimum(out, cava)
        # Arch from front right to back left; its end is the knob of the frontal film.
        z_arch = self.z_arch()
        bulge = 6.0 * (t.aorta - 1.0) * 3.0
        arch_axis = np.array([0.56, 0.83, 0.0])
        across = np.array([0.83, -0.56, 0.0])
        radius = 14.5 * t.aorta
        matrix = np.stack([arch_axis / 44.0, across / radius, np.array([0, 0, 1]) / (radius + 5)])
        centre = (13.0 + 0.55 * bulge, 10.0, z_arch)
        out = np.minimum(out, self._ellipsoid(x, y, z, centre, matrix, radius))
        dx, dy = x - self.aorta_x(z), y - self.aorta_y(z)
        descending = np.sqrt(dx * dx + dy * dy) - 12.5 * t.aorta
        out = np.minimum(out, descending + 1.2 * np.maximum(z_arch + 4.0 - z, 0.0))
        dx, dy = x + 9.0 + 0.4 * bulge, y + 26.0
        ascending = np.sqrt(dx * dx + dy * dy) - 17.0 * t.aorta
        ascending = np.maximum(
            ascending + 0.8 * np.maximum(z_arch + 16.0 - z, 0.0), z - self.heart_centre[2]
        )
        out = np.minimum(out, ascending)
        # Pulmonary trunk below the arch.
        trunk = np.sqrt((x - 20.0) ** 2 + (y + 20.0) ** 2 + (0.7 * (z - z_arch - 40.0)) ** 2)
        return np.minimum(out, trunk - 17.0)

    def z_arch(self):
        return 0.27 * self.t.lung_height + 6.0 - 4.0 * (self.t.aorta - 1.0)

    def aorta_x(self, z):
        s = np.clip((z - self.z_arch()) / (self.t.lung_height - self.z_arch()), 0.0, 1.3)
        return 26.0 - 14.0 * s + self.t.tortuosity * np.sin(math.pi * np.clip(s, 0, 1))

    def aorta_y(self, z):
        return self.spine_y(z) - 22.0

    def hilum(self, side):
        """side -1 right, +1 left; the left one stands higher."""
        z = 0.50 * self.t.lung_height + (4.0 if side < 0 else -8.0)
        return np.array([side * 36.0 * (0.6 + 0.4 * self.t.mediastinum), 4.0, z])

    def lung(self, x, y, z):
        """(signed distance inside the pleural space, distance from the wall)."""
        wall = self.wall(x, y, z)
        dome = 0.75 * (self.diaphragm(x, y) - z)
        # Fat rounds the angles between heart and diaphragm: a smooth minimum, 18 mm wide.
        centre = self.outside_mediastinum(x, y, z)
        apart = np.clip(1.0 - np.abs(dome - centre) / 18.0, 0.0, 1.0)
        space = np.minimum(wall, np.minimum(dome, centre) - 4.5 * apart * apart)
        return space, wall

    def fluid_top(self, x, wall):
        """Height of the meniscus, which climbs at the wall; far below without an effusion."""
        t = self.t
        tops = []
        for level, dome in (
            (t.effusion_right, self.z_dome_right),
            (t.effusion_left, self.z_dome_left),
        ):
            if level <= 0:
                tops.append(None)
                continue
            floor = dome + 66.0 * t.dome + 26.0 * (1.0 - t.dome)
            reach = 7.0 + 0.36 * level
            climb = np.exp(-np.clip(wall, 0.0, None) / reach)
            tops.append(floor - level * (0.42 + 0.58 * climb))
        if tops[0] is None and tops[1] is None:
            return None
        far = 1e4
        right = far if tops[0] is None else tops[0]
        left = far if tops[1] is None else tops[1]
        return np.where(x < 0, right, left)

    def air(self, x, y, z, softness):
        """Share of the soft tissue that is missing at each point: 0 tissue, 1 air."""
        t = self.t
        space, wall = self.lung(x, y, z)
        density = t.lung_density
        if t.congestion > 0:
            dz = (z - 0.55 * t.lung_height) / (0.42 * t.lung_height)
            haze = np.clip(1.25 - np.sqrt((x / (0.85 * t.half_width)) ** 2 + dz * dz), 0.0, 1.0)
            density = density + 0.16 * t.congestion * haze
        for blob in t.blobs:
            c, r = blob.centre, blob.radii
            q = np.sqrt(
                ((x - c[0]) / r[0]) ** 2 + ((y - c[1]) / r[1]) ** 2 + ((z - c[2]) / r[2]) ** 2
            )
            inside = smooth_step((1.0 + blob.soft_edge - q) / (2.0 * blob.soft_edge))
            density = density + (blob.density - density) * inside
        for band in t.bands:
            bx, by, bz, half, thick = band
            rise = bz + 0.22 * (x - bx) * np.sign(bx) + 0.12 * y
            q = np.maximum(np.abs(x - bx) / half, np.abs(y - by) / (0.9 * half))
            plate = np.clip(1.0 - np.abs(z - rise) / thick, 0.0, 1.0) * smooth_step((1.0 - q) * 4.0)
            density = density + (0.85 - density) * plate
        for side, gap in ((-1, t.pneumothorax_right), (1, t.pneumothorax_left)):
            if gap <= 0:
                continue
            edge = gap * np.clip(1.0 - z / (0.8 * t.lung_height), 0.0, 1.0)
            free = (x * side > 0) & (wall < edge)
            line = (x * side > 0) & (np.abs(wall - edge) < 0.9) & (edge > 2.0)
            density = np.where(line, 0.9, np.where(free, 0.0, density))
        air = np.clip(0.5 + space / softness, 0.0, 1.0) * (1.0 - density)
        top = self.fluid_top(x, wall)
        if top is not None:
            air = air * np.clip(0.5 + (top - z) / softness, 0.0, 1.0)
        return air

    def gas(self, x, y, z, softness):
        """Stomach bubble and bowel below the left dome."""
        t = self.t
        parts = []
        rng = np.random.default_rng([t.seed, 7])
        if t.stomach_gas > 0:
            g = t.stomach_gas
            centre = (62.0, 4.0, self.z_dome_left + 9.0 + 23.0 * g)
            parts.append((centre, (30.0 * g, 24.0 * g, 19.0 * g)))
        for _ in range(t.bowel_gas):
            r = rng.uniform(7.0, 15.0)
            centre = (
                rng.uniform(-20, 110),
                rng.uniform(-60, 10),
                self.z_dome_left + rng.uniform(50, 100),
            )
            parts.append((centre, (r * 1.6, r, r)))
        out = 0.0
        for c, r in parts:
            q = np.sqrt(
                ((x - c[0]) / r[0]) ** 2 + ((y - c[1]) / r[1]) ** 2 + ((z - c[2]) / r[2]) ** 2
            )
            inside = (1.0 - q) * min(r)
            if r[1] > 0.75 * r[0]:  # the stomach holds fluid as well
                inside = np.minimum(inside, c[2] + 0.45 * r[2] - z)
            out = np.maximum(out, np.clip(0.5 + inside / softness, 0.0, 1.0))
        return out * 0.85 if parts else None
