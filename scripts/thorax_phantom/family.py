"""Random members of the phantom's family, and the facts that their films show.

In:  a random generator and a seed.
Out: a Thorax with its facts, the two detectors, the two exposures, the labels of the facts.
Never here: rendering, wording.
"""

from .anatomy import Anatomy, Blob, Thorax
from .film import Exposure, View
from .sentences import chance, pick

FAMILY_SIDE = 256

ZONES = {
    # zone: (side, x and y as shares of the half width, z as a share of the lung height)
    "right upper lobe": (-1, 0.52, -0.10, 0.30),
    "right middle lobe": (-1, 0.45, -0.42, 0.74),
    "right lower lobe": (-1, 0.60, 0.38, 0.78),
    "left upper lobe": (1, 0.55, -0.10, 0.32),
    "lingula": (1, 0.60, -0.42, 0.70),
    "left lower lobe": (1, 0.64, 0.38, 0.78),
}


def zone_centre(rng, zone, t):
    side, x, y, z = ZONES[zone]
    return (
        side * t.half_width * (x + rng.uniform(-0.06, 0.06)),
        t.half_width * (y + rng.uniform(-0.08, 0.08)) * t.depth_scale,
        t.lung_height * (z + rng.uniform(-0.05, 0.05)),
    )


def random_thorax(rng, seed):
    """A member of the family and the facts that its film shows."""
    facts = {}
    enlarged = chance(rng, 0.40)
    ctr = rng.uniform(0.53, 0.68) if enlarged else rng.uniform(0.38, 0.50)
    inflation = pick(rng, ["normal"] * 7 + ["low", "low", "high", "high"])
    if inflation == "high" and enlarged and chance(rng, 0.7):
        inflation = "normal"
    height = {"low": (165, 188), "normal": (205, 246), "high": (262, 292)}[inflation]
    sick = chance(rng, 0.60)  # the others show a heart and lungs only
    t = Thorax(
        seed=seed,
        half_width=rng.uniform(122, 150),
        lung_height=rng.uniform(*height),
        depth_scale=rng.uniform(0.88, 1.12) + (0.10 if inflation == "high" else 0.0),
        dome=rng.uniform(0.35, 0.6) if inflation == "high" else rng.uniform(0.85, 1.2),
        left_dome_drop=rng.uniform(6, 18),
        ctr=ctr,
        heart_tilt=rng.uniform(0.35, 0.8) if inflation != "high" else rng.uniform(0.7, 0.95),
        heart_right_share=rng.uniform(0.8, 1.25),
        aorta=rng.uniform(0.85, 1.15),
        mediastinum=rng.uniform(0.85, 1.15),
        fat=rng.uniform(6, 40),
        breast=pick(rng, [0.0, 0.0, rng.uniform(6, 24)]),
        rotation_deg=rng.normal(0, 1.8),
        kyphosis=rng.uniform(0.8, 1.25),
        rib_slope=rng.uniform(0.8, 1.25),
        rib_size=rng.uniform(0.88, 1.12),
        bone=rng.uniform(0.75, 1.15),
        lung_density=rng.uniform(0.20, 0.30) - (0.05 if inflation == "high" else 0.0),
        vessels=rng.uniform(0.8, 1.15) * (0.8 if inflation == "high" else 1.0),
        stomach_gas=pick(rng, [0.0, rng.uniform(0.6, 1.3), rng.uniform(0.6, 1.3)]),
        bowel_gas=int(rng.integers(0, 5)),
        marker=pick(rng, ["L", "L", "R", ""]),
        arms=rng.uniform(0.6, 1.3),
    )
    facts["heart"] = (
        "normal"
        if not enlarged
        else ("mild" if ctr < 0.57 else "moderate" if ctr < 0.62 else "marked")
    )
    facts["inflation"] = inflation
    if chance(rng, 0.14):
        t.tortuosity, t.aorta = rng.uniform(9, 18), rng.uniform(1.2, 1.45)
        facts["tortuous aorta"] = True
    if chance(rng, 0.06):
        t.scoliosis = pick(rng, [-1, 1]) * rng.uniform(10, 18)
        facts["scoliosis"] = "left" if t.scoliosis > 0 else "right"
    if enlarged and chance(rng, 0.28):
        t.congestion = rng.uniform(0.5, 1.0)
        t.vessels *= 1.3
        facts["congestion"] = True
    if chance(rng, 0.12 if enlarged else 0.04):
        t.pacemaker = True
    if chance(rng, 0.04):
        t.central_line = True
    if chance(rng, 0.14 if enlarged else 0.03):
        t.sternotomy = True
    if t.pacemaker or t.central_line or t.sternotomy:
        facts["device"] = True
    if sick:
        kind = pick(
            rng,
            ["effusion"] * 5
            + ["opacity"] * 4
            + ["atelectasis"] * 3
            + ["nodule"] * 2
            + ["granuloma"] * 2
            + ["pneumothorax"],
        )
        if kind == "effusion" or (enlarged and chance(rng, 0.2)):
            where = pick(rng, ["right", "left", "bilateral"])
            size = pick(rng, ["small", "small", "moderate", "large"])
            level = {"small": (46, 64), "moderate": (85, 120), "large": (150, 190)}[size]
            level = rng.uniform(*level) * t.lung_height / 225.0
            if where != "left":
                t.effusion_right = level
            if where != "right":
                t.effusion_left = level * (rng.uniform(0.85, 1.1) if where == "bilateral" else 1.0)
            facts["effusion"] = (where, size)
        if kind == "opacity":
            zone = pick(rng, sorted(ZONES))
            r = rng.uniform(30, 48)
            t.blobs += (
                Blob(
                    zone_centre(rng, zone, t), (r * 1.15, r * 1.3, r), rng.uniform(0.8, 0.98), 0.4
                ),
            )
            facts["opacity"] = zone
        if kind == "atelectasis":
            side = pick(rng, ["right", "left", "bilateral"])
            for s in {"right": (-1,), "left": (1,), "bilateral": (-1, 1)}[side]:
                for _ in range(int(rng.integers(1, 3))):
                    z = t.lung_height * rng.uniform(0.86, 0.95)
                    t.bands += (
                        (
                            s * t.half_width * rng.uniform(0.5, 0.68),
                            rng.uniform(-30, 30),
                            z,
                            rng.uniform(22, 36),
                            rng.uniform(3.5, 6.0),
                        ),
                    )
            facts["atelectasis"] = side
        if kind == "nodule":
            zone = pick(
                rng, ["right upper lobe", "left upper lobe", "right lower lobe", "left lower lobe"]
            )
            r = rng.uniform(8, 14)
            t.blobs += (Blob(zone_centre(rng, zone, t), (r, r, r), 0.98, 0.15),)
            facts["nodule"] = (zone, int(round(2 * r)))
        if kind == "granuloma":
            zone = pick(rng, sorted(ZONES))
            t.granulomas += ((*zone_centre(rng, zone, t), rng.uniform(2.5, 4.0)),)
            facts["granuloma"] = zone.split()[0] if zone != "lingula" else "left"
        if kind == "pneumothorax":
            side = pick(rng, ["right", "left"])
            size = pick(rng, ["small", "moderate"])
            gap = rng.uniform(14, 20) if size == "small" else rng.uniform(28, 42)
            if side == "right":
                t.pneumothorax_right = gap
            else:
                t.pneumothorax_left = gap
            facts["pneumothorax"] = (side, size)
    return t, facts


def family_views(rng, t):
    lower = t.lung_height + max(t.left_dome_drop, 0) + rng.uniform(55, 110)
    upper = rng.uniform(-75, -42)
    rows_mm = lower - upper
    wide = 2 * (t.half_width + rng.uniform(22, 62))
    a = Anatomy(t)
    front, back = float(a.front(t.lung_height)), float(a.back(0.62 * t.lung_height))
    left = front - 15 - 0.75 * t.fat - rng.uniform(-6, 45)
    right = back + 30 + 0.55 * t.fat + rng.uniform(-12, 30)
    pa = View(
        "pa",
        FAMILY_SIDE,
        FAMILY_SIDE,
        wide / FAMILY_SIDE,
        rows_mm / FAMILY_SIDE,
        -0.5 * wide + rng.uniform(-6, 6),
        upper,
    )
    lateral = View(
        "lateral",
        FAMILY_SIDE,
        FAMILY_SIDE,
        (right - left) / FAMILY_SIDE,
        rows_mm / FAMILY_SIDE,
        left,
        upper + rng.uniform(-10, 10),
    )
    return pa, lateral


def family_exposures(rng):
    contrast = rng.uniform(0.85, 1.2)
    background = rng.uniform(0.02, 0.16)
    pa = Exposure(
        scatter=rng.uniform(0.3, 0.6),
        quanta=2e5,
        contrast=contrast,
        background=background,
        dark_tone=rng.uniform(0.32, 0.50),
        light_tone=rng.uniform(0.84, 0.92),
        compression=rng.uniform(0.3, 0.5),
        edge=rng.uniform(0.3, 0.5),
    )
    lateral = Exposure(
        scatter=rng.uniform(0.4, 0.8),
        quanta=6e5,
        blur_mm=0.7,
        contrast=contrast,
        background=background,
        dark_tone=rng.uniform(0.30, 0.48),
        light_tone=rng.uniform(0.78, 0.88),
        compression=rng.uniform(0.35, 0.55),
        edge=0.35,
    )
    return pa, lateral


def labels(facts):
    out = {
        "Atelectasis": int("atelectasis" in facts),
        "Cardiomegaly": int(facts["heart"] != "normal"),
        "Effusion": int("effusion" in facts),
        "Infiltration": 0,
        "Mass": 0,
        "Nodule": int("nodule" in facts),
        "Pneumonia": int("opacity" in facts),
        "Pneumothorax": int("pneumothorax" in facts),
        "Consolidation": int("opacity" in facts),
        "Edema": int("congestion" in facts),
        "Emphysema": int(facts["inflation"] == "high"),
        "Fibrosis": 0,
        "Pleural_Thickening": 0,
        "Hernia": 0,
    }
    other = (
        facts["inflation"] == "low"
        or {"tortuous aorta", "scoliosis", "granuloma", "device"} & facts.keys()
    )
    out["normal"] = int(not any(out.values()) and not other)
    return out
