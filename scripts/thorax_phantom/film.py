"""Radiographs of a parametric thorax.

In:  a Thorax, a View (the detector) and an Exposure.
Out: a film as an array of 0..1, dark where many photons arrive, as a radiologist expects it.
Never here: file formats, sentences, the shape of the anatomy.

A frontal film shows (x, z), a left lateral one (y, z) with the breastbone at its left. Lungs and
gas are integrated along the rays; bones, vessels and devices are dropped onto the detector as
points of known mass. Rays are parallel; attenuation follows Beer and Lambert; scatter is the
blurred primary image; noise is quantum noise; the display curve is logarithm, flattening of the
large structures, unsharp mask, sigmoid.
"""

import dataclasses
import math

import numpy as np

from .anatomy import Anatomy, smooth_step
from .clouds import (
    Cloud,
    airway,
    devices,
    ribs,
    shoulder_girdle,
    sternum,
    tube,
    vertebrae,
    vessel_tree,
)

MU_SOFT = 0.0195  # 1/mm, water near 60 keV
MU_BONE = 0.0480  # 1/mm, cortical bone, beam hardened by the patient
MU_METAL = 0.30  # 1/mm, what is left of a lead marker or a pacemaker at 110 kVp


@dataclasses.dataclass
class View:
    name: str  # "pa" or "lateral"
    rows: int
    cols: int
    mm_per_col: float
    mm_per_row: float
    left_mm: float  # x or y of the left edge
    top_mm: float  # z of the upper edge
    depth_step_mm: float = 4.0
    dtype: type = np.float32

    def u(self):
        return (self.left_mm + (np.arange(self.cols) + 0.5) * self.mm_per_col).astype(self.dtype)

    def v(self):
        return (self.top_mm + (np.arange(self.rows) + 0.5) * self.mm_per_row).astype(self.dtype)


@dataclasses.dataclass
class Exposure:
    scatter: float = 0.45
    quanta: float = 60000.0  # photons per mm2 that reach the detector without a patient
    blur_mm: float = 0.25
    compression: float = 0.40  # share of the large structures' contrast taken away
    contrast: float = 1.0
    brightness: float = 0.0
    edge: float = 0.5  # unsharp mask
    dark_share: float = 20.0  # this percentile of the chest ...
    dark_tone: float = 0.42  # ... gets this tone, and the lightest twenty-fifth
    light_tone: float = 0.90  # this one
    background: float = 0.03


# ---- projection --------------------------------------------------------------------------------


def turn_about_z(points, degrees):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    out = points.copy()
    out[:, 0] = c * points[:, 0] - s * points[:, 1]
    out[:, 1] = s * points[:, 0] + c * points[:, 1]
    return out


def drop(view, points, mass):
    """Path length in mm that the cloud adds to each pixel."""
    across = points[:, 0] if view.name == "pa" else points[:, 1]
    col = (across - view.left_mm) / view.mm_per_col - 0.5
    row = (points[:, 2] - view.top_mm) / view.mm_per_row - 0.5
    keep = (col > -1) & (col < view.cols) & (row > -1) & (row < view.rows)
    col, row, mass = col[keep], row[keep], mass[keep]
    c0, r0 = np.floor(col).astype(np.int64), np.floor(row).astype(np.int64)
    fc, fr = col - c0, row - r0
    out = np.zeros((view.rows + 2) * (view.cols + 2))
    stride = view.cols + 2
    at = (r0 + 1) * stride + c0 + 1
    for dr, wr in ((0, 1 - fr), (1, fr)):
        for dc, wc in ((0, 1 - fc), (1, fc)):
            out += np.bincount(at + dr * stride + dc, mass * wr * wc, minlength=len(out))
    out = out.reshape(view.rows + 2, stride)[1:-1, 1:-1]
    return out / (view.mm_per_col * view.mm_per_row)


def gaussian_blur(image, sigma_rows, sigma_cols):
    rows, cols = image.shape
    pr = min(rows - 1, int(3 * sigma_rows) + 1)
    pc = min(cols - 1, int(3 * sigma_cols) + 1)
    big = np.pad(image, ((pr, pr), (pc, pc)), mode="edge")
    fr = np.fft.fftfreq(big.shape[0])[:, None]
    fc = np.fft.rfftfreq(big.shape[1])[None, :]
    kernel = np.exp(-2.0 * math.pi**2 * ((sigma_rows * fr) ** 2 + (sigma_cols * fc) ** 2))
    out = np.fft.irfft2(np.fft.rfft2(big) * kernel, s=big.shape)
    return out[pr : pr + rows, pc : pc + cols]


def blur_mm(view, image, sigma_mm):
    return gaussian_blur(image, sigma_mm / view.mm_per_row, sigma_mm / view.mm_per_col)


def air_path(a, view, field, bounds, coarse):
    """Integral of `field` along the rays, evaluated on every `coarse`-th pixel, in mm."""
    (x0, x1), (y0, y1), (z0, z1) = bounds
    u, v = view.u(), view.v()
    u = u if coarse == 1 else u.reshape(-1, coarse).mean(1)
    v = v if coarse == 1 else v.reshape(-1, coarse).mean(1)
    lo, hi = (x0, x1) if view.name == "pa" else (y0, y1)
    depth_lo, depth_hi = (y0, y1) if view.name == "pa" else (x0, x1)
    ui = np.nonzero((u > lo) & (u < hi))[0]
    vi = np.nonzero((v > z0) & (v < z1))[0]
    out = np.zeros((len(v), len(u)), view.dtype)
    if len(ui) and len(vi):
        step = view.depth_step_mm
        deep = np.arange(depth_lo + 0.5 * step, depth_hi, step).astype(view.dtype)
        c, s = math.cos(math.radians(-a.t.rotation_deg)), math.sin(math.radians(-a.t.rotation_deg))
        c, s = view.dtype(c), view.dtype(s)
        uu, dd = u[ui][None, :, None], deep[None, None, :]
        rx, ry = (uu, dd) if view.name == "pa" else (dd, uu)
        x, y = c * rx - s * ry, s * rx + c * ry
        softness = view.dtype(max(step, coarse * view.mm_per_row))
        block = max(1, int(3e5 / (len(ui) * len(deep))))
        for start in range(0, len(vi), block):
            rows = vi[start : start + block]
            value = field(x, y, v[rows][:, None, None], softness)
            if value is not None:
                out[rows[:, None], ui[None, :]] = value.sum(-1) * step
    if coarse > 1:
        out = enlarge(out, coarse)
    return out


def enlarge(image, factor):
    rows, cols = image.shape

    def stretch(m, n):
        at = np.clip((np.arange(n * factor) + 0.5) / factor - 0.5, 0, n - 1)
        i = np.minimum(at.astype(int), n - 2)
        f = (at - i)[:, None]
        return m[i] * (1 - f) + m[i + 1] * f

    return stretch(stretch(image, rows).T, cols).T


def capsule_path(u, v, p, q, r0, r1):
    """Path through a solid bar with round section from p to q in the detector plane."""
    d = np.array([q[0] - p[0], q[1] - p[1]], dtype=np.float64)
    s = np.clip(((u - p[0]) * d[0] + (v - p[1]) * d[1]) / float(d @ d), 0.0, 1.0)
    r = r0 + (r1 - r0) * s
    d2 = (u - p[0] - s * d[0]) ** 2 + (v - p[1] - s * d[1]) ** 2
    return 2.0 * np.sqrt(np.clip(r * r - d2, 0.0, None))


def body_path(a, view):
    """Path through the trunk, shoulders and arms as if they were solid tissue, in mm."""
    t = a.t
    u, v = view.u()[None, :].astype(np.float64), view.v()[:, None].astype(np.float64)
    fat = t.fat
    z = v
    low = np.clip((z - t.lung_height) / 120.0, 0.0, 1.0)
    wide = a.half_width(np.maximum(z, 0.0)) + 15.0 + fat + 18.0 * np.exp(-(((z - 75) / 60.0) ** 2))
    wide = wide + low * 0.45 * fat
    neck = 58.0 + 0.35 * fat
    rise = smooth_step((z + 22.0) / 70.0)
    wide = neck + (wide - neck) * rise
    front = a.front(np.maximum(z, -20.0)) - 15.0 - 0.75 * fat - low * 0.7 * fat
    back = a.back(z) + 30.0 + 0.55 * fat
    front = -52.0 + (front + 52.0) * smooth_step((z + 60.0) / 90.0)
    mid, half = 0.5 * (front + back), 0.5 * (back - front)
    if view.name == "pa":
        rel = np.abs(u / wide)
        path = 2.0 * half * np.clip(1.0 - rel**2.8, 0.0, None) ** (1 / 2.8)
        w = t.half_width
        for side in (-1, 1):
            s = (side * (w + 38.0), 36.0)
            girdle = capsule_path(
                u, v, (side * 40.0, -14.0), (s[0], s[1] - 2), 40.0 + 0.3 * fat, 50.0 + 0.4 * fat
            )
            pit = capsule_path(
                u, v, (side * (w + 20.0), 50.0), (side * (w - 4.0), 150.0), 46.0 + 0.4 * fat, 20.0
            )
            arm = capsule_path(
                u,
                v,
                s,
                (side * (w + 74.0 + fat + 20 * t.arms), 360.0),
                50.0 + 0.5 * fat,
                46.0 + 0.4 * fat,
            )
            arm = 1.30 * np.maximum(arm, 0.9 * pit)
            chest = 26.0 * np.exp(
                -(((u - side * 0.72 * w) / 45.0) ** 2) - (((z - 75.0) / 48.0) ** 2)
            )
            path = np.sqrt(path**2 + 1.7 * girdle**2)
            path = np.cbrt(path**3 + arm**3) + chest * (path > 0)
            if t.breast > 0:
                b = t.breast
                q = ((u - side * 0.56 * w) / (58.0 + b)) ** 2
                lower = np.where(v > 0.68 * t.lung_height, 38.0 + 0.5 * b, 75.0 + b)
                q = q + ((v - 0.68 * t.lung_height) / lower) ** 2
                path = path + 1.2 * b * np.clip(1.0 - q, 0.0, None) ** 0.7
    else:
        rel = np.abs((u - mid) / half)
        path = 2.0 * wide * np.clip(1.0 - rel**2.9, 0.0, None) ** (1 / 2.9)
        reach = t.arms
        for k in (0.0, 1.0):
            shoulder = (18.0 + 8 * k, 2.0 + 6 * k)
            hand = (-170.0 - 10 * k, -95.0 * reach - 25 * k + 20)
            path = path + 0.7 * capsule_path(
                u, v, shoulder, hand, 42.0 + 0.4 * fat, 34.0 + 0.3 * fat
            )
        if t.breast > 0:
            b = t.breast
            q = ((u - front - 6.0) / (16.0 + 1.5 * b)) ** 2
            lower = np.where(v > 0.72 * t.lung_height, 34.0 + 0.5 * b, 80.0 + b)
            q = q + ((v - 0.72 * t.lung_height) / lower) ** 2
            bust = 2.2 * (45.0 + b) * np.clip(1.0 - q, 0.0, None) ** 0.8
            path = np.sqrt(path**2 + bust**2 + 0.6 * path * bust)
    return path


STROKES = {
    "L": [[(0, 0), (0, 10)], [(0, 10), (6, 10)]],
    "R": [
        [(0, 0), (0, 10)],
        [(0, 0), (5, 0.5)],
        [(5, 0.5), (5.5, 3)],
        [(5.5, 3), (4.5, 5)],
        [(4.5, 5), (0, 5)],
        [(2.5, 5), (6, 10)],
    ],
}


def marker_path(a, view):
    """The lead letter that says which side is left."""
    if not a.t.marker:
        return 0.0
    rng = np.random.default_rng([a.t.seed, 6])
    u, v = view.u()[None, :].astype(np.float64), view.v()[:, None].astype(np.float64)
    width, height = view.cols * view.mm_per_col, view.rows * view.mm_per_row
    at = rng.uniform(0.86, 0.93) if a.t.marker == "L" else rng.uniform(0.05, 0.10)
    x0 = view.left_mm + at * width
    z0 = view.top_mm + rng.uniform(0.05, 0.12) * height
    out = 0.0
    for p, q in STROKES[a.t.marker]:
        bar = capsule_path(
            u, v, (x0 + 1.2 * p[0], z0 + 1.2 * p[1]), (x0 + 1.2 * q[0], z0 + 1.2 * q[1]), 1.3, 1.3
        )
        out = np.maximum(out, bar)
    return out


def line_integral(a, view, fine_mm, coarse=1):
    """Attenuation along each ray, without unit."""
    t = a.t
    w = t.half_width
    deepest = max(a.z_dome_left, a.z_dome_right) + 85.0
    reach = 1.05 * w + 4
    y_lo, y_hi = float(a.front(t.lung_height)) - 8, float(a.back(0.62 * t.lung_height)) + 6
    bounds = ((-reach, reach), (y_lo - 8, y_hi + 8), (-6.0, deepest))
    body = body_path(a, view)
    lungs = air_path(a, view, a.air, bounds, coarse)
    gas_bounds = ((-60.0, 140.0), (-90.0, 60.0), (a.z_dome_left, a.z_dome_left + 130.0))
    gas = air_path(a, view, a.gas, gas_bounds, coarse)
    # Lung tissue is not even: fine mottling, in proportion to how much lung the ray meets.
    rng = np.random.default_rng([t.seed, 5, 0 if view.name == "pa" else 1])
    grain = blur_mm(view, rng.standard_normal(body.shape), 1.6)
    grain = grain / grain.std() * 0.8 + 1.2 * normalised(
        blur_mm(view, rng.standard_normal(body.shape), 5.0)
    )
    lungs = lungs * (1.0 - 0.008 * grain)
    soft = np.maximum(body, lungs + gas + 2.0 * (lungs > 2)) - lungs - gas

    def dropped(points, mass):
        return drop(view, turn_about_z(points, t.rotation_deg), mass)

    vessels = blur_mm(view, dropped(*vessel_tree(a, fine_mm)), 0.5)
    air = blur_mm(view, dropped(*airway(a, fine_mm)), 0.8)
    soft = np.maximum(
        soft + vessels * (1.0 + 0.5 * t.congestion) - 0.9 * np.minimum(air, 0.6 * soft), 0.0
    )
    bones = Cloud(t.seed)
    ribs(bones, a, fine_mm)
    vertebrae(bones, a, fine_mm, view)
    shoulder_girdle(bones, a, fine_mm, view.name)
    sternum(bones, a, fine_mm)
    for x, y, z, r in t.granulomas:
        tube(bones, [[x - r * 0.5, y, z], [x + r * 0.5, y, z]], r, min(fine_mm, 0.8), fill=0.8)
    bone = dropped(*bones.arrays())
    bone = blur_mm(view, bone, max(0.45, 0.4 * view.mm_per_col)) * t.bone
    bone = bone * np.clip(body / 20.0, 0.0, 1.0)
    metal = dropped(*devices(a, fine_mm)) + 6.0 * marker_path(a, view)
    return (
        MU_SOFT * soft
        + (MU_BONE - 0.6 * MU_SOFT) * np.maximum(bone, 0.0)
        + MU_METAL * np.minimum(metal, 12.0),
        body,
    )


def normalised(image):
    return image / max(float(image.std()), 1e-9)


def film(t, view, exposure, fine_mm, coarse=1):
    """The finished film, 0 (black) to 1 (white)."""
    a = Anatomy(t)
    attenuation, body = line_integral(a, view, fine_mm, coarse)
    primary = np.exp(-attenuation)
    inside = primary * (body > 4.0)
    scattered = exposure.scatter * (
        0.6 * blur_mm(view, inside, 25.0) + 0.4 * blur_mm(view, inside, 70.0)
    )
    signal = primary + scattered + 0.0015
    rng = np.random.default_rng([t.seed, 8, 0 if view.name == "pa" else 1])
    area = view.mm_per_col * view.mm_per_row
    signal = signal + np.sqrt(signal / (exposure.quanta * area)) * rng.standard_normal(signal.shape)
    signal = blur_mm(view, np.maximum(signal, 1e-4), exposure.blur_mm)
    # Density rises with the logarithm of the exposure; digital systems flatten the large
    # structures and lift the fine ones before the display curve.
    level = -np.log(np.maximum(signal, 1e-4))
    trunk = body > 60.0
    centre = float(np.median(level[trunk]))
    level = np.clip(level, 0.0, None)
    wide = blur_mm(view, np.clip(level, centre - 1.6, None), 32.0)
    flat = level - exposure.compression * (wide - centre)
    flat = flat + exposure.edge * (flat - blur_mm(view, flat, 2.2))
    rows = (view.v() > 0.0) & (view.v() < t.lung_height)
    low, high = np.percentile(flat[rows][trunk[rows]], [exposure.dark_share, 96.0])
    bottom, top = (math.log(p / (1.0 - p)) for p in (exposure.dark_tone, exposure.light_tone))
    slope = (top - bottom) / max(high - low, 0.3) * exposure.contrast
    shade = 1.0 / (1.0 + np.exp(-(bottom + slope * (flat - low) + exposure.brightness)))
    return np.clip(exposure.background + (1.0 - exposure.background) * shade, 0.0, 1.0), attenuation
