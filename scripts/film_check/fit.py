"""Fits, measures and writes the pixel check."""

import json
import warnings

import numpy as np

from film_check import features as F
from film_check import pictures as P

CLASSES = ["frontal", "lateral", "rotated", "inverted", "cropped", "other"]
OTHER = CLASSES.index("other")
HIDDEN = 32
EPOCHS = 14
FOLDS = 3
PER_KIND = 1500  # pictures of each kind of "other"
# Candidates for the probability of "other" from which a film is refused, and the share of frontals (of studies that
# the judging network has not seen) that may be lost to it.
THRESHOLDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5)
MAY_LOSE = 0.01
DECISIONS = ["frontal", "lateral", "rotated", "inverted", "cropped", "refused"]


class Pictures:
    """Thumbnails of pictures with what they are and where they come from."""

    def __init__(self):
        self.thumbnails, self.labels, self.kinds, self.sources = [], [], [], []

    def add(self, picture, label, kind, source):
        self.thumbnails.append(F.thumbnail(picture).astype(np.float32))
        self.labels.append(CLASSES.index(label))
        self.kinds.append(kind)
        self.sources.append(source)

    def arrays(self):
        parts = [F.features(self.thumbnails[i:i + 2000]) for i in range(0, len(self.thumbnails), 2000)]
        return np.concatenate(parts), np.array(self.labels), np.array(self.kinds), np.array(self.sources)


def add_chest(to, films, rng, measure):
    """`measure`: each film as it is, and once in each state; else altered at random."""
    for film, view, source in films:
        frontal = view == "frontal"
        if measure:
            to.add(film, view, view, source)
            to.add(P.chest_variant(film, rng), view, f"{view}, altered", source)
            for turns in (1, 2, 3):
                to.add(np.rot90(film, turns), "rotated", f"{view}, turned by {turns * 90}", source)
            to.add(255 - film, "inverted", f"{view}, inverted", source)
            to.add(P.cropped(film, rng), "cropped", f"{view}, cropped", source)
            continue
        to.add(film, view, view, source)
        for _ in range(2 if frontal else 1):
            to.add(P.chest_variant(film, rng), view, view, source)
        to.add(P.tone(np.rot90(P.moved(film, rng), int(rng.integers(1, 4))), rng), "rotated", "rotated", source)
        to.add(255 - P.chest_variant(film, rng), "inverted", "inverted", source)
        to.add(P.tone(P.cropped(film, rng), rng), "cropped", "cropped", source)


def add_other(to, rng):
    shipped = {}
    for kind, family, picture in P.shipped_sources():
        shipped.setdefault(kind, []).append((family, picture))
    for kind, sources in shipped.items():
        weight = np.array([0.05 if family.split()[0] in ("face", "digit") else 1.0 for family, _ in sources])
        for choice in rng.choice(len(sources), PER_KIND, p=weight / weight.sum()):
            family, picture = sources[choice]
            to.add(P.other_variant(picture, rng), "other", kind, f"{kind}: {family}")
    for kind, draw in (("noise", P.noise), ("constants and gradients", P.constant), ("text pages", P.text_page),
                       ("drawn shapes", P.drawing)):
        for number in range(PER_KIND):
            to.add(draw(rng), "other", kind, f"{kind} {number}")
    return {kind: len({family for family, _ in sources}) for kind, sources in shipped.items()}


def train(x, y, seed):
    from sklearn.neural_network import MLPClassifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is stopped before it converges
        model = MLPClassifier((HIDDEN,), alpha=1e-3, batch_size=256, learning_rate_init=2e-3, max_iter=EPOCHS,
                              random_state=seed)
        return model.fit(x, y)


def quantised(model):
    """Weights as whole numbers of a step each unit: {"hidden": [...], "output": [...]}."""
    layers = []
    for weights, offsets in zip(model.coefs_, model.intercepts_):
        layer = []
        for unit in range(weights.shape[1]):
            step = max(1e-9, float(np.abs(weights[:, unit]).max())) / 127
            layer.append({"step": float(f"{step:.6g}"), "offset": float(f"{offsets[unit]:.6g}"),
                          "weights": [int(round(float(w))) for w in weights[:, unit] / step]})
        layers.append(layer)
    return {"hidden": layers[0], "output": layers[1]}


def probabilities(network, x):
    for name in ("hidden", "output"):
        weights = np.array([unit["weights"] for unit in network[name]], np.float64)
        steps = np.array([unit["step"] for unit in network[name]])
        x = x @ (weights * steps[:, None]).T + np.array([unit["offset"] for unit in network[name]])
        if name == "hidden":
            x = np.maximum(x, 0)
    x = np.exp(x - x.max(axis=1, keepdims=True))
    return x / x.sum(axis=1, keepdims=True)


def decide(p, threshold):
    """Index into DECISIONS: refused from the threshold on, else the likeliest chest film."""
    chest = p[:, :OTHER].argmax(axis=1)
    return np.where(p[:, OTHER] >= threshold, OTHER, chest)


def table(title, kinds, decisions):
    lines = [f"| {title} | pictures | " + " | ".join(DECISIONS) + " |", "|---" * (len(DECISIONS) + 2) + "|"]
    for kind in sorted(set(kinds), key=list(kinds).index):
        counts = [int(np.sum((kinds == kind) & (decisions == d))) for d in range(len(DECISIONS))]
        lines.append(f"| {kind} | {sum(counts)} | " + " | ".join(map(str, counts)) + " |")
    return "\n".join(lines)


def golden_picture(number):
    """Drawn by whole numbers, so that C++ draws the same; see tests/gate/film_check_test.cc."""
    width, height = [(97, 131), (40, 30), (300, 64), (64, 64), (129, 257)][number]
    y, x = np.mgrid[0:height, 0:width]
    return ((x * (3 + number) + y * 5 + (x * y) // (7 + 4 * number) + ((x - width // 2) ** 2 // (number + 2))) % 256
            ).astype(np.uint8)


def real_films(folder):
    import pydicom
    for path in sorted(folder.rglob("*.dcm")):
        data = pydicom.dcmread(path)
        pixels = data.pixel_array.astype(np.float64)
        grey = P.as_grey(pixels)
        yield path, 255 - grey if data.PhotometricInterpretation == "MONOCHROME1" else grey


def folds_of(sources, seed):
    names = sorted(set(sources))
    fold = dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % FOLDS))
    return np.array([fold[source] for source in sources])


def judged_unseen(chest_x, chest_y, chest_sources, other_x, other_y, other_sources):
    """Probabilities of all pictures, each by a network that has seen nothing of its study or source."""
    chest_folds, other_folds = folds_of(chest_sources, 5), folds_of(other_sources, 7)
    chest_p, other_p = np.zeros((len(chest_y), len(CLASSES))), np.zeros((len(other_y), len(CLASSES)))
    for fold in range(FOLDS):
        films, others = chest_folds != fold, other_folds != fold
        network = quantised(train(np.concatenate([chest_x[films], other_x[others]]),
                                  np.concatenate([chest_y[films], other_y[others]]), fold))
        chest_p[~films] = probabilities(network, chest_x[~films])
        other_p[~others] = probabilities(network, other_x[~others])
    return chest_p, other_p


def chosen_threshold(chest_p, chest_y, other_p):
    """The lowest that loses few enough frontals of the fitted studies; `val` has no say."""
    frontal = chest_y == CLASSES.index("frontal")
    for threshold in THRESHOLDS:
        lost = np.mean(chest_p[frontal, OTHER] >= threshold)
        passed = np.mean(other_p[:, OTHER] < threshold)
        print(f"threshold {threshold}: {100 * lost:.2f}% of unseen frontals (altered ones too) refused, "
              f"{100 * passed:.2f}% of unseen others pass", flush=True)
        if lost <= MAY_LOSE:
            return threshold
    return THRESHOLDS[-1]


def golden_picture(number):
    """Drawn by whole numbers, so that C++ draws the same; see tests/gate/film_check_test.cc."""
    width, height = [(97, 131), (40, 30), (300, 64), (64, 64), (129, 257)][number]
    y, x = np.mgrid[0:height, 0:width]
    return ((x * (3 + number) + y * 5 + (x * y) // (7 + 4 * number) + ((x - width // 2) ** 2 // (number + 2))) % 256
            ).astype(np.uint8)


def golden(network):
    """What C++ must compute of the drawn pictures."""
    rows = []
    for number in range(5):
        thumbnail = F.thumbnail(golden_picture(number))
        x = F.features([thumbnail])
        rows.append({"thumbnail_mean": float(thumbnail.mean()), "features": [round(float(v), 5) for v in x[0][::37]],
                     "probabilities": [round(float(v), 6) for v in probabilities(network, x)[0]]})
    return rows


def real_films(folder):
    import pydicom
    for path in sorted(folder.rglob("*.dcm")):
        data = pydicom.dcmread(path)
        grey = P.as_grey(data.pixel_array)
        yield path, 255 - grey if data.PhotometricInterpretation == "MONOCHROME1" else grey


def passed_table(network, threshold, folders):
    lines = ["| film | decision | probability of \"other\" |", "|---|---|---|"]
    for folder in folders:
        for path, picture in real_films(folder):
            p = probabilities(network, F.features([F.thumbnail(picture)]))
            name = "/".join(path.relative_to(folder).parts)
            lines.append(f"| {name} | {DECISIONS[int(decide(p, threshold)[0])]} | {p[0, OTHER]:.4f} |")
    return "\n".join(lines)


def run(root, arguments):
    rng = np.random.default_rng(arguments.seed)
    chest, other, measured = Pictures(), Pictures(), Pictures()
    add_chest(chest, P.chest_films(arguments.data, {"train", "extra"}), rng, measure=False)
    sources = add_other(other, rng)
    add_chest(measured, P.chest_films(arguments.data, {"val"}), np.random.default_rng(arguments.seed + 1), measure=True)
    chest_x, chest_y, _, chest_sources = chest.arrays()
    other_x, other_y, other_kinds, other_sources = other.arrays()
    print(f"fit: {len(chest_y)} pictures of chest films, {len(other_y)} others", flush=True)

    unseen_chest, unseen_other = judged_unseen(chest_x, chest_y, chest_sources, other_x, other_y, other_sources)
    threshold = chosen_threshold(unseen_chest, chest_y, unseen_other)
    network = quantised(train(np.concatenate([chest_x, other_x]), np.concatenate([chest_y, other_y]), arguments.seed))

    x, _, kinds, _ = measured.arrays()
    p = probabilities(network, x)
    refused = int(np.sum(p[kinds == "frontal", OTHER] >= threshold))
    frontals = int(np.sum(kinds == "frontal"))
    folders = [folder for folder in (arguments.samples, arguments.dicom) if folder]
    report = DOCUMENT.format(
        refused=refused, frontals=frontals, share=100 * refused / max(1, frontals), threshold=threshold,
        may_lose=100 * MAY_LOSE, hidden=HIDDEN, count=F.COUNT, folds=FOLDS,
        chest=table("films of `val`", kinds, decide(p, threshold)),
        other=table("no chest film, sources not seen", other_kinds, decide(unseen_other, threshold)),
        sources=", ".join(f"{kind} {count}" for kind, count in sources.items()),
        passed=passed_table(network, threshold, folders))
    print(report)
    model = {"about": "Made by scripts/train_film_check.py; tests/gate/confusion.md says how well it does.",
             "classes": CLASSES, "refuse_from": threshold, **network}
    for name, text in (("src/gate/film_check.json", json.dumps(model, separators=(",", ":"))),
                       ("tests/golden/film_check/golden.json", json.dumps(golden(network), indent=1)),
                       ("tests/gate/confusion.md", report.rstrip("\n"))):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return 0 if refused <= 0.01 * frontals else 1


DOCUMENT = """# The pixel check of the gate

Written by `scripts/train_film_check.py`. A network with one hidden layer ({hidden} units) looks at {count} numbers of
a 64 x 64 thumbnail (directions of the grey edges in 8 x 8 cells, and a 16 x 16 picture). It tells six kinds: an
upright frontal or lateral chest film, one that is turned by 90, 180 or 270 degrees, inverted, or cut to a part, and
anything else. "Anything else" from a probability of {threshold} on is refused as `not_a_chest_film`; the table counts
a chest film under its likeliest kind, and the gate warns of those above a probability of 0.5.

**Frontal films of `val` refused: {refused} of {frontals} ({share:.1f}%).** The threshold was chosen without `val`: the
lowest that refuses at most {may_lose:g}% of the frontals of `train` and `extra`, altered ones too, each judged by a
network that has not seen its study.

Not measured: radiographs of other parts of the body (none of the sources has one), children, animals. A knee with
the tags of a chest film may pass. A film that is mirrored is not noticed.

## Chest films

The network is fitted to the `train` and `extra` studies of IU X-ray, altered at random; these are its decisions on
`val`. Of a film that is cut, one or both sides have lost at least 40%.

{chest}

## No chest film

Number of sources: {sources}.
Noise, constants, text pages and shapes are drawn. Each picture is a random part of its source, turned, mirrored, in
another tone. {folds}-fold cross-validation by source: the network that decides has seen no
picture of the same source. (Constants and noise are also refused as `near_blank`, without the network.)

{other}

## Films that must pass

{passed}

## Licence of the weights

The weights are fitted to IU X-ray (D. Demner-Fushman et al., "Preparing a collection of radiology examinations for
distribution and retrieval", JAMIA 2016; CC BY-NC-ND 4.0): `src/gate/film_check.json` is for research, not for
commercial use.
"""
