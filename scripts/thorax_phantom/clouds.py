"""What a thorax holds beside the air: bones, vessels, airways, devices.

In:  an Anatomy and the spacing in mm that the detector can still see.
Out: points, each with a mass in mm3 of its material.
Never here: rays and films, the shape of lungs and heart.
"""

import math

import numpy as np

from .anatomy import smooth_step


class Cloud:
    """Points that carry a mass in mm3 of their material."""

    def __init__(self, seed):
        self.points, self.mass = [], []
        self.rng = np.random.default_rng([seed, 9])

    def add(self, points, mass):
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        self.points.append(points)
        self.mass.append(
            np.broadcast_to(np.asarray(mass, dtype=np.float64).ravel(), (len(points),))
        )

    def arrays(self):
        if not self.points:
            return np.zeros((0, 3)), np.zeros(0)
        return np.concatenate(self.points), np.concatenate(self.mass)


def frame_along(path):
    """Tangents, two normals and step lengths of a polyline [N, 3]."""
    tangent = np.gradient(path, axis=0)
    step = np.linalg.norm(tangent, axis=1)
    tangent = tangent / np.maximum(step, 1e-9)[:, None]
    ref = np.where(np.abs(tangent[:, 2:3]) < 0.9, [[0.0, 0.0, 1.0]], [[0.0, 1.0, 0.0]])
    first = np.cross(tangent, ref)
    first /= np.maximum(np.linalg.norm(first, axis=1), 1e-9)[:, None]
    second = np.cross(tangent, first)
    return tangent, first, second, step


def resample(path, spacing):
    path = np.asarray(path, dtype=np.float64)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    count = max(4, int(length[-1] / spacing) + 1)
    at = np.linspace(0.0, length[-1], count)
    return np.stack([np.interp(at, length, path[:, k]) for k in range(3)], axis=1), at / length[-1]


def curve(points, count=60):
    """Catmull-Rom curve through the points."""
    p = np.asarray(points, dtype=np.float64)
    p = np.concatenate([[2 * p[0] - p[1]], p, [2 * p[-1] - p[-2]]])
    out = []
    for i in range(1, len(p) - 2):
        s = np.linspace(0, 1, max(4, count // (len(p) - 3)), endpoint=i == len(p) - 3)[:, None]
        a, b, c, d = p[i - 1], p[i], p[i + 1], p[i + 2]
        out.append(
            0.5
            * (
                2 * b
                + (c - a) * s
                + (2 * a - 5 * b + 4 * c - d) * s**2
                + (3 * b - a - 3 * c + d) * s**3
            )
        )
    return np.concatenate(out)


def tube(cloud, path, radius, spacing, shell=None, fill=1.0, flat=1.0, rim=None, fade=0.0):
    """A tube along a polyline: solid, or with a cortex `shell` mm thick around `fill`.

    `flat` squeezes the section along its first normal; `rim` scales the radius along the path;
    `fade` is the share of the path over which the mass rises from nothing.
    """
    path, at = resample(path, spacing)
    _, first, second, step = frame_along(path)
    radius = radius * (np.ones(len(path)) if rim is None else np.interp(at, *rim))
    biggest = float(radius.max())
    step = step * smooth_step(at / fade) if fade > 0 else step
    if fill > 0:
        many = int(np.clip(5.0 * biggest / spacing, 6, 200))
        rr = np.sqrt(cloud.rng.random((len(path), many)))
        turn = 2.0 * math.pi * cloud.rng.random((len(path), many))
        off = rr * radius[:, None]
        pts = (
            path[:, None, :]
            + (off * np.cos(turn) * flat)[..., None] * first[:, None, :]
            + (off * np.sin(turn))[..., None] * second[:, None, :]
        )
        cloud.add(pts, np.repeat(fill * math.pi * radius**2 * flat * step / many, many))
    if shell:
        many = int(np.clip(7.0 * biggest / spacing, 10, 120))
        turn = (
            2.0 * math.pi * (np.arange(many)[None, :] + 0.38 * np.arange(len(path))[:, None]) / many
        )
        c, s = np.cos(turn) * flat, np.sin(turn)
        pts = (
            path[:, None, :]
            + (radius[:, None] * c)[..., None] * first[:, None, :]
            + (radius[:, None] * s)[..., None] * second[:, None, :]
        )
        arc = np.sqrt((np.sin(turn) * flat) ** 2 + np.cos(turn) ** 2)
        mass = arc * (2.0 * math.pi / many) * radius[:, None] * shell * step[:, None]
        cloud.add(pts, mass)


def ribs(cloud, a, spacing):
    t = a.t
    rng = np.random.default_rng([t.seed, 1])
    for number in range(1, 13):
        base = float(a.vertebra_z(number)) - 2.0
        around = {1: 0.80, 2: 0.82, 11: 0.46, 12: 0.36}.get(
            number, 0.80 - 0.028 * max(0, number - 6)
        )
        drop = np.interp(number, [1, 2, 3, 6, 9, 12], [44, 66, 88, 124, 132, 84]) * t.rib_slope
        for side in (-1, 1):
            phi = np.linspace(0.07, around, 70) * math.pi
            wob = 1.0 + 0.03 * rng.standard_normal()
            fall = 0.30 * phi / math.pi + 0.62 * smooth_step((phi / math.pi - 0.06) / 0.80)
            z = base + drop * wob * fall
            z = z - 5.0 * np.exp(-((phi / 0.5) ** 2))
            w = a.half_width(np.maximum(z, 2.0)) + 3.5
            front, back = a.front(z) - 3.0, a.back(z) + 3.5
            d = 0.5 * (back - front)
            mid = 0.5 * (back + front)
            c, s = np.cos(phi), np.sin(phi)
            norm = 0.5 * (1.0 + (c**4 + s**4) ** 0.25)
            x = side * w * s / norm
            if number < 3:
                x = side * np.maximum(np.abs(x), 18.0)
            y = mid + d * c / norm
            x = x + a.spine_x(z) * np.clip(1.0 - phi / 1.2, 0.0, 1.0)
            path = np.stack([x, y, z], axis=1)
            size = (6.6 if number > 1 else 7.5) * t.rib_size * (1.0 + 0.05 * rng.standard_normal())
            rim = ([0.0, 0.1, 0.6, 0.93, 1.0], [0.72, 0.85, 1.0, 1.12, 0.9])
            tube(cloud, path, size, spacing, shell=0.85, fill=0.2, flat=0.5, rim=rim)


def vertebrae(cloud, a, spacing, view):
    rng = np.random.default_rng([a.t.seed, 2])
    for number in range(-5, 16):
        z0 = float(a.vertebra_z(number))
        pitch = float(a.vertebra_z(number + 1)) - z0
        h = 0.41 * pitch
        wide = np.interp(number, [-5, 1, 6, 12, 15], [12.5, 15.0, 15.5, 20.0, 23.0])
        deep = np.interp(number, [-5, 1, 6, 12, 15], [9.0, 11.0, 14.5, 17.0, 18.0])
        y0, x0 = float(a.spine_y(z0)), float(a.spine_x(z0))
        slope = (float(a.spine_y(z0 + 5)) - float(a.spine_y(z0 - 5))) / 10.0
        # The beam diverges: it meets the end plates obliquely away from its centre.
        oblique = (z0 - 0.5 * a.t.lung_height) / 1700.0
        tilt_x, tilt_y = 0.03 * rng.standard_normal(2)
        tilt_x, tilt_y = (
            (tilt_x, tilt_y + oblique) if view.name == "pa" else (tilt_x + oblique, tilt_y)
        )

        def place(p):
            p = np.asarray(p, dtype=np.float64).copy()
            p[..., 2] += tilt_x * p[..., 0] + tilt_y * p[..., 1]
            p[..., 1] += slope * p[..., 2]
            return p + np.array([x0, y0, z0])

        turns = int(110 / spacing)
        levels = max(6, int(2 * h / spacing * 1.5))
        phi, lev = np.meshgrid(
            np.linspace(0, 2 * math.pi, turns, endpoint=False),
            np.linspace(-1, 1, levels),
            indexing="ij",
        )
        waist = 0.88 + 0.12 * lev**2
        side_wall = np.stack(
            [wide * waist * np.cos(phi), deep * waist * np.sin(phi), h * lev], axis=-1
        )
        ring = math.pi * (wide + deep)
        cloud.add(place(side_wall), ring * 2 * h * 0.5 / side_wall[..., 0].size)
        count = int(max(80, math.pi * wide * deep / spacing**2 * 2.0))

        def disc(low, high):
            r, turn = np.sqrt(rng.random(count)), 2.0 * math.pi * rng.random(count)
            return (
                np.stack(
                    [
                        wide * r * np.cos(turn),
                        deep * r * np.sin(turn),
                        rng.uniform(low, high, count),
                    ],
                    axis=-1,
                ),
                r,
            )

        for end in (-1.0, 1.0):
            plate, r = disc(-0.5, 0.5)
            plate[:, 2] += end * (h - 1.8 * (1.0 - r * r))
            cloud.add(place(plate), math.pi * wide * deep * 0.75 / count)
        layers = max(3, int(2 * h / spacing / 4))
        for _ in range(layers):
            cloud.add(
                place(disc(-0.9 * h, 0.9 * h)[0]),
                math.pi * wide * deep * 2 * h * 0.09 / count / layers,
            )
        for s in (-1, 1):
            tube(
                cloud,
                place(
                    [
                        [s * wide * 0.62, deep * 0.8, -0.3 * h],
                        [s * wide * 0.66, deep + 14, -0.2 * h],
                    ]
                ),
                4.2 * rng.uniform(0.8, 1.1),
                spacing,
                shell=0.38,
                fill=0.08,
                flat=rng.uniform(0.7, 0.95),
            )
            tube(
                cloud,
                place([[s * wide * 0.6, deep + 12, -2], [s * (wide + 12), deep + 17, -5]]),
                3.6,
                spacing,
                shell=0.45,
                fill=0.12,
            )
            tube(
                cloud,
                place(
                    [[s * wide * 0.6, deep + 12, -0.8 * h], [s * wide * 0.6, deep + 15, 1.1 * h]]
                ),
                4.0,
                spacing,
                shell=0.35,
                fill=0.12,
            )
        tip = 20 + 3 * rng.standard_normal()
        tube(
            cloud,
            place([[0, deep + 18, 2], [0, deep + 38, tip]]),
            3.2,
            spacing,
            shell=0.5,
            fill=0.12,
        )


def shoulder_girdle(cloud, a, spacing, view):
    t = a.t
    w = t.half_width
    rng = np.random.default_rng([t.seed, 3])
    top = float(a.vertebra_z(3)) + 4.0
    tilt = 6.0 * rng.standard_normal()
    for side in (-1, 1):
        lift = side * tilt
        shoulder = np.array([side * (w + 38.0), 20.0, 30.0 + lift])
        if view == "lateral":
            shoulder = np.array([side * (w + 20.0), 14.0, 6.0 + lift])
        front = float(a.front(top)) - 8.0
        clavicle = curve(
            [
                [side * 13, front, top],
                [side * 42, front - 8, top - 8],
                [side * 0.58 * w, front + 26, top - 15 + 0.4 * lift],
                [side * 0.95 * w, 10, top - 36 + 0.8 * lift],
                shoulder + [-side * 14, -8, -30],
            ]
        )
        rim = ([0, 0.03, 0.12, 0.45, 0.8, 0.97, 1.0], [0.9, 1.4, 1.05, 0.88, 1.0, 1.2, 0.7])
        tube(cloud, clavicle, 6.4, spacing, shell=1.6, fill=0.22, flat=0.9, rim=rim)
        weight = 1.0 if view == "pa" else 0.55
        superior = np.array([side * 0.70 * w, 78.0, 14.0 + lift])
        inferior = np.array([side * 0.86 * w, 96.0, 150.0 + lift])
        glenoid = shoulder + [-side * 24, 10, 8]
        n = max(24, int(130 / spacing))
        p, q = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n), indexing="ij")
        keep = p + q <= 1
        p, q = p[keep][:, None], q[keep][:, None]
        plate = superior + p * (inferior - superior) + q * (glenoid - superior)
        area = 0.5 * np.linalg.norm(np.cross(inferior - superior, glenoid - superior))
        cloud.add(plate, weight * area * 1.4 / len(plate))
        acromion = shoulder + [side * 4, 10, -26]
        tube(
            cloud,
            curve([glenoid, 0.5 * (glenoid + inferior) + [side * -4, 0, 0], inferior]),
            4.6,
            spacing,
            shell=1.3 * weight,
            fill=0.3 * weight,
            rim=([0, 0.6, 1], [1.0, 0.8, 0.3]),
        )
        tube(
            cloud,
            curve([superior, 0.5 * (superior + inferior) + [-side * 6, 6, 0], inferior]),
            2.4,
            spacing,
            shell=0.5 * weight,
            fill=0.25 * weight,
        )
        tube(
            cloud,
            curve(
                [superior + [side * 4, 6, 24], 0.5 * (superior + acromion) + [0, 12, 6], acromion]
            ),
            4.2,
            spacing,
            shell=0.9 * weight,
            fill=0.25 * weight,
            flat=0.7,
        )
        tube(
            cloud,
            curve(
                [
                    glenoid + [-side * 4, -6, -14],
                    glenoid + [0, -30, -20],
                    glenoid + [side * 9, -38, -10],
                ]
            ),
            5.0,
            spacing,
            shell=1.0 * weight,
            fill=0.3 * weight,
        )
        tube(
            cloud,
            [glenoid + [0, 0, -16], glenoid + [side * 2, 0, 16]],
            7.0,
            spacing,
            shell=0.8 * weight,
            fill=0.25 * weight,
            flat=0.5,
        )
        count = int(4 * math.pi * 23**2 / spacing**2)
        k = np.arange(count) + 0.5
        zz = 1 - 2 * k / count
        rr = np.sqrt(1 - zz**2)
        ball = np.stack([rr * np.cos(2.399963 * k), rr * np.sin(2.399963 * k), zz], axis=1)
        cloud.add(shoulder + 23.0 * ball, 4 * math.pi * 23**2 * 0.55 * weight / count)
        cloud.add(
            shoulder + 23.0 * ball * np.cbrt(((k * 0.754877) % 1.0))[:, None],
            0.10 * weight * 4 / 3 * math.pi * 23**3 / count,
        )
        if view == "pa":
            shaft = curve(
                [
                    shoulder + [side * 2, 0, 2],
                    shoulder + [side * 20, 2, 110],
                    shoulder + [side * 34, 0, 330],
                ]
            )
        else:
            shaft = curve(
                [shoulder + [0, -4, -12], shoulder + [0, -80, -60], shoulder + [0, -210, -120]]
            )
        tube(
            cloud,
            shaft,
            11.0,
            spacing,
            shell=1.9 * (0.6 + 0.4 * weight),
            fill=0.04,
            rim=([0, 0.06, 0.12, 0.25, 1], [1.95, 1.7, 1.3, 1.05, 0.95]),
            fade=0.12,
        )


def sternum(cloud, a, spacing):
    top = float(a.vertebra_z(3)) + 2.0
    z = np.linspace(top, top + 0.72 * a.t.lung_height, 40)
    path = np.stack([0 * z, a.front(z) - 7.0, z], axis=1)
    rim = ([0, 0.1, 0.28, 0.32, 0.8, 1.0], [1.3, 1.25, 0.8, 0.85, 1.0, 0.4])
    path, at = resample(path, spacing)
    _, first, second, step = frame_along(path)
    half = 17.0 * np.interp(at, *rim)
    many = max(16, int(40 / spacing))
    across = np.linspace(-1, 1, many)
    for depth, mass in ((-4.5, 0.8), (4.5, 0.8), (-1.5, 0.4), (1.5, 0.4)):
        pts = (
            path[:, None, :]
            + np.array([0.0, depth, 0.0])
            + (half[:, None] * across[None, :])[..., None] * np.array([1.0, 0, 0])
        )
        pts[..., 1] += 3.0 * across**2 + cloud.rng.normal(0.0, 0.5, pts.shape[:2])
        cloud.add(pts, np.repeat(2 * half * step * mass / many, many))


def vessel_tree(a, spacing):
    """Arteries and veins that fork from the hila; a point's mass fades where there is no lung."""
    t = a.t
    cloud = Cloud(t.seed)
    rng = np.random.default_rng([t.seed, 4])
    for side in (-1, 1):
        hilum = a.hilum(side)
        starts = np.array(
            [
                [0.45, 0.10, -0.95],
                [0.65, -0.55, -0.55],
                [0.95, -0.10, -0.05],
                [0.85, 0.45, 0.10],
                [0.70, -0.50, 0.60],
                [0.55, 0.10, 0.95],
                [0.30, 0.40, 0.95],
                [0.25, 0.80, 0.75],
                [0.70, 0.35, 0.65],
                [0.45, 0.60, -0.70],
                [0.45, -0.20, 1.00],
                [0.80, 0.10, 0.45],
                [0.20, 0.20, 0.90],
                [0.35, -0.35, -0.80],
                [0.60, -0.15, 0.80],
                [0.80, -0.30, 0.25],
                [0.35, 0.55, 1.00],
            ]
        ) * [side, 1, 1]
        direction = starts + 0.12 * rng.standard_normal(starts.shape)
        position = np.repeat(hilum[None, :], len(starts), axis=0) + 4.0 * rng.standard_normal(
            starts.shape
        )
        radius = t.vessels * rng.uniform(2.6, 4.9, len(starts))
        length = rng.uniform(20, 30, len(starts))
        if side > 0:
            direction[:, 0] *= 1.1
        for generation in range(9):
            direction /= np.linalg.norm(direction, axis=1)[:, None]
            bend = 0.30 * rng.standard_normal(direction.shape)
            steps = max(4, int(length.mean() / max(spacing * 0.8, 0.5)))
            s = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
            path = position[:, None, :] + length[:, None, None] * (
                direction[:, None, :] * s + bend[:, None, :] * s * s * 0.6
            )
            r = radius[:, None] * (1.0 - 0.18 * s[..., 0])
            many = int(np.clip(4.0 * radius.max() / spacing, 2, 90))
            shape = (len(position), steps, many)
            turn, rr = 2.0 * math.pi * cloud.rng.random(shape), np.sqrt(cloud.rng.random(shape))
            off = np.stack(
                [np.cos(turn) * rr, 0.7 * np.sin(turn) * rr, np.sin(turn + 0.8) * rr], axis=-1
            )
            pts = path[:, :, None, :] + r[:, :, None, None] * off
            mass = math.pi * r**2 * (length[:, None] / steps) / many
            cloud.add(pts, np.repeat(mass.ravel(), many))
            tip = position + length[:, None] * (direction + 0.6 * bend)
            wall = a.wall(tip[:, 0], tip[:, 1], tip[:, 2])
            over = a.diaphragm(tip[:, 0], tip[:, 1]) - tip[:, 2]
            alive = (wall > 5.0) & (over > 4.0) & (tip[:, 0] * side > 10.0) & (radius > 0.28)
            if not alive.any():
                break
            tip, direction, radius, length = (
                tip[alive],
                direction[alive] + bend[alive],
                radius[alive],
                length[alive],
            )
            fork = rng.standard_normal(direction.shape)
            fork -= np.sum(fork * direction, axis=1)[:, None] * direction
            fork /= np.linalg.norm(fork, axis=1)[:, None]
            wide = rng.uniform(0.30, 0.60, len(tip))[:, None]
            share = rng.uniform(0.76, 0.90, len(tip))
            other = rng.uniform(0.55, 0.82, len(tip))
            position = np.concatenate([tip, tip])
            direction = np.concatenate([direction + 0.5 * wide * fork, direction - wide * fork])
            radius = np.concatenate([radius * share, radius * other])
            length = np.concatenate([length, length]) * rng.uniform(0.72, 0.95, 2 * len(tip))
    points, mass = cloud.arrays()
    x, y, z = points.T
    space, wall = a.lung(x, y, z)
    mass = mass * np.clip(0.5 + space / 4.0, 0.15, 1.0) * (z < a.diaphragm(x, y) + 4)
    for side, gap in ((-1, t.pneumothorax_right), (1, t.pneumothorax_left)):
        if gap > 0:
            edge = gap * np.clip(1.0 - z / (0.8 * t.lung_height), 0.0, 1.0)
            mass = np.where((x * side > 0) & (wall < edge), 0.0, mass)
    top = a.fluid_top(x, wall)
    if top is not None:
        mass = np.where(z > top, 0.0, mass)
    return points, mass * (1.0 - t.lung_density)


def airway(a, spacing):
    cloud = Cloud(a.t.seed)
    t = a.t
    z_fork = 0.40 * t.lung_height
    shift = -2.0 - 0.12 * t.tortuosity
    z = np.linspace(-90.0, z_fork, 40)
    y = np.interp(z, [-90, 0, z_fork], [-22.0, 2.0, 18.0])
    x = shift * np.interp(z, [-90, 0.2 * t.lung_height, z_fork], [0.0, 1.6, 1.0])
    tube(cloud, np.stack([x, y, z], axis=1), 8.8, spacing, rim=([0, 0.90, 1.0], [1.0, 1.0, 0.55]))
    fork = np.array([x[-1], y[-1], z_fork])
    tube(
        cloud,
        curve([fork, fork + [-17, 2, 20], fork + [-30, 4, 44], fork + [-36, 10, 70]]),
        5.6,
        spacing,
        rim=([0, 1], [1.0, 0.25]),
    )
    tube(
        cloud,
        curve([fork, fork + [22, 3, 17], fork + [42, 5, 30], fork + [50, 10, 50]]),
        5.0,
        spacing,
        rim=([0, 1], [1.0, 0.25]),
    )
    return cloud.arrays()


def devices(a, spacing):
    cloud = Cloud(a.t.seed)
    t = a.t
    w = t.half_width
    hx, hy, hz = a.heart_centre
    if t.pacemaker:
        n = max(30, int(50 / spacing))
        p, q = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n), indexing="ij")
        keep = np.abs(p) ** 3 + np.abs(q) ** 3 < 1
        box = np.stack(
            [0.66 * w + 22 * p[keep], np.full(keep.sum(), -70.0), 62 + 19 * q[keep]], axis=1
        )
        cloud.add(box, 4 * 22 * 19 * 0.9 * 5.0 / len(box))
        start = [0.66 * w - 14, -70, 46]
        for tip in ([-22, hy - 8, hz + 12], [0.45 * a.heart_extent[1], hy - 30, hz + 42]):
            lead = curve(
                [
                    start,
                    [0.45 * w, -60, 34],
                    [10, -35, 42],
                    [-22, -14, 80],
                    [-24, hy, hz - 10],
                    tip,
                ],
                120,
            )
            tube(cloud, lead, 0.9, min(spacing, 1.0))
            tube(cloud, [lead[-4], lead[-1]], 1.7, min(spacing, 1.0))
    if t.central_line:
        line = curve(
            [
                [-0.50 * w, -60, -30],
                [-0.42 * w, -58, 14],
                [-0.2 * w, -50, 36],
                [-22, -18, 62],
                [-23, -14, 0.42 * t.lung_height + 18],
            ],
            120,
        )
        tube(cloud, line, 0.75, min(spacing, 1.0))
    if t.sternotomy:
        for k in range(6):
            z = 52.0 + k * 0.105 * t.lung_height
            turn = np.linspace(0, 2 * math.pi, 40)
            loop = np.stack(
                [
                    5.5 * np.cos(turn) + (1.0 if k % 2 else -1.0),
                    a.front(z) - 8 + 6 * np.sin(turn),
                    z + 2.4 * np.sin(2 * turn),
                ],
                axis=1,
            )
            tube(cloud, loop, 0.5, min(spacing, 0.8))
    return cloud.arrays()
