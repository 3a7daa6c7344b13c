"""The pictures that the pixel check learns from: chest films turned, inverted and cut, and what is no chest film."""

import json
import pathlib

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WORK = 160  # side at which pictures are altered


def read_grey(path):
    return cv2.resize(np.asarray(Image.open(path).convert("L")), (WORK, WORK), interpolation=cv2.INTER_AREA)


def chest_films(data, splits):
    """(film as WORK x WORK, "frontal" or "lateral", its study) of the studies of `splits`."""
    for line in (data / "studies.jsonl").read_text(encoding="utf-8").splitlines():
        study = json.loads(line)
        if study["split"] in splits:
            for image in study["images"]:
                yield read_grey(data / image["file"]), image["view"], study["study_id"]


def tone(picture, rng):
    """Another exposure: gamma, contrast, equalisation, blur, noise."""
    x = picture.astype(np.float32) / 255
    if rng.random() < 0.3:
        x = cv2.equalizeHist((x * 255).astype(np.uint8)).astype(np.float32) / 255
    x = x ** rng.uniform(0.6, 1.7)
    low, high = rng.uniform(-0.05, 0.15), rng.uniform(0.8, 1.1)
    x = low + x * (high - low)
    if rng.random() < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.3, 1.5))
    if rng.random() < 0.4:
        x = x + rng.normal(0, rng.uniform(0, 0.05), x.shape)
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


def moved(picture, rng, degrees=8.0, smallest=0.8, largest=1.12):
    """A little turned, shifted and scaled, with a border of one grey where the picture ends."""
    scale = rng.uniform(smallest, largest)
    matrix = cv2.getRotationMatrix2D((WORK / 2, WORK / 2), rng.uniform(-degrees, degrees), scale)
    matrix[0, 0] *= rng.uniform(0.93, 1.07)
    matrix[:, 2] += rng.uniform(-0.06, 0.06, 2) * WORK
    border = int(rng.choice([0, 0, 0, 255, int(rng.integers(0, 256))]))
    return cv2.warpAffine(picture, matrix, (WORK, WORK), flags=cv2.INTER_AREA, borderValue=border)


def collimated(picture, rng):
    """One grey around the field, as collimators and scanners leave it."""
    out = picture.copy()
    grey = int(rng.choice([0, 0, 255, int(rng.integers(0, 60))]))
    top, bottom, left, right = (int(rng.uniform(0, 0.1) * WORK) * int(rng.random() < 0.5) for _ in range(4))
    out[:top] = out[WORK - bottom:] = grey
    out[:, :left] = out[:, WORK - right:] = grey
    return out


def chest_variant(picture, rng):
    out = moved(picture, rng) if rng.random() < 0.8 else picture
    if rng.random() < 0.3:
        out = collimated(out, rng)
    if rng.random() < 0.3:  # a marker
        x, y = rng.integers(5, WORK - 20, 2)
        cv2.putText(out := out.copy(), str(rng.choice(["R", "L", "PA", "AP"])), (int(x), int(y) + 10),
                    cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    return tone(out, rng)


def cropped(picture, rng):
    """A part of the film: one or both sides lose at least 40%."""
    sides = [rng.uniform(0.35, 0.6), rng.uniform(0.35, 1.0)]
    rng.shuffle(sides)
    height, width = (int(side * WORK) for side in sides)
    top, left = int(rng.integers(0, WORK - height + 1)), int(rng.integers(0, WORK - width + 1))
    return cv2.resize(picture[top:top + height, left:left + width], (WORK, WORK), interpolation=cv2.INTER_LINEAR)


def as_grey(array):
    array = np.asarray(array, np.float64)
    if array.ndim == 3:
        array = array[..., :3].mean(-1)
    array = array - array.min()
    return (array / max(1e-9, array.max()) * 255).astype(np.uint8)


def shipped_sources():
    """(kind, name of the source, grey picture at its own size) of the three packages."""
    import pydicom
    import skimage
    import sklearn
    folder = pathlib.Path(pydicom.__file__).parent / "data" / "test_files"
    for path in sorted(p for p in folder.rglob("*.dcm")):
        try:
            data = pydicom.dcmread(path, force=True)
            pixels = np.asarray(data.pixel_array)
        except Exception:  # pylint: disable=broad-except  # many of these files are broken on purpose
            continue
        colour = data.get("SamplesPerPixel", 1) > 1
        frames = pixels if pixels.ndim == (4 if colour else 3) else pixels[None]
        family = path.stem.split("_")[0] + ("_" + path.stem.split("_")[1] if "_" in path.stem else "")
        family = {"examples_rgb": "examples_us", "examples_ybr": "examples_us"}.get(family, family)
        if family.startswith(("SC", "liver")):
            family = family.split("_")[0]
        modality = data.get("Modality", "")
        kind = modality if modality in ("CT", "MR", "US") else "other DICOM"
        for frame in frames[:: max(1, len(frames) // 4)][:4]:
            if min(frame.shape[:2]) >= 48:
                yield kind, family, as_grey(frame)
    for kind, folder in (("scikit-image", pathlib.Path(skimage.__file__).parent / "data"),
                         ("scikit-learn", pathlib.Path(sklearn.__file__).parent / "datasets" / "images")):
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in (".png", ".jpg", ".gif"):
                family = {"chessboard_RGB": "chessboard", "chessboard_GRAY": "chessboard", "motorcycle_left": "motorcycle",
                          "motorcycle_right": "motorcycle"}.get(path.stem, path.stem)
                yield kind, family, as_grey(Image.open(path).convert("RGB"))
    faces = np.load(pathlib.Path(skimage.__file__).parent / "data" / "lfw_subset.npy")
    for i in range(0, 100, 2):
        yield "scikit-image", f"face {i}", as_grey(faces[i])
    from sklearn.datasets import load_digits
    for i, digit in enumerate(load_digits().images[:40]):
        yield "scikit-learn", f"digit {i}", as_grey(digit)


def other_variant(picture, rng):
    """A part of the picture, turned and mirrored as it comes, in another tone."""
    height, width = picture.shape
    share = rng.uniform(0.4, 1.0)
    h, w = max(8, int(height * share)), max(8, int(width * share))
    top, left = int(rng.integers(0, max(1, height - h + 1))), int(rng.integers(0, max(1, width - w + 1)))
    part = cv2.resize(picture[top:top + h, left:left + w], (WORK, WORK), interpolation=cv2.INTER_AREA)
    part = np.rot90(part, int(rng.integers(0, 4)) if rng.random() < 0.4 else 0)
    if rng.random() < 0.5:
        part = part[:, ::-1]
    if rng.random() < 0.25:
        part = 255 - part
    return tone(moved(np.ascontiguousarray(part), rng, 15, 0.6, 1.3), rng)


def fractal(rng, exponent):
    spectrum = rng.normal(size=(WORK, WORK)) + 1j * rng.normal(size=(WORK, WORK))
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(WORK), np.fft.fftfreq(WORK)))
    frequency[0, 0] = 1
    return as_grey(np.fft.ifft2(spectrum / frequency ** exponent).real)


def noise(rng):
    way = rng.integers(0, 5)
    if way == 0:
        return rng.integers(0, 256, (WORK, WORK)).astype(np.uint8)
    if way == 1:
        return as_grey(np.clip(rng.normal(0, 1, (WORK, WORK)), -3, 3))
    if way == 2:
        return (rng.random((WORK, WORK)) < rng.uniform(0.01, 0.5)).astype(np.uint8) * 255
    if way == 3:
        return as_grey(cv2.GaussianBlur(rng.normal(0, 1, (WORK, WORK)), (0, 0), rng.uniform(0.5, 12)))
    return fractal(rng, rng.uniform(0.5, 2.2))


def constant(rng):
    """One grey, with a frame, a gradient, a step or a little noise."""
    out = np.full((WORK, WORK), float(rng.integers(0, 256)))
    way = rng.integers(0, 5)
    y, x = np.mgrid[0:WORK, 0:WORK] / WORK
    if way == 1:
        out += rng.normal(0, rng.uniform(0.3, 3), out.shape)
    elif way == 2:
        out += rng.uniform(-200, 200) * x + rng.uniform(-200, 200) * y
    elif way == 3:
        edge = int(rng.uniform(0.02, 0.3) * WORK)
        out[:edge], out[-edge:], out[:, :edge], out[:, -edge:] = (float(rng.integers(0, 256)),) * 4
    elif way == 4:
        out[:, int(rng.uniform(0.2, 0.8) * WORK):] = float(rng.integers(0, 256))
    return np.clip(np.rot90(out, rng.integers(0, 4)), 0, 255).astype(np.uint8)


def text_page(rng):
    """Lines of made-up words, dark on bright or bright on dark."""
    page = Image.new("L", (480, int(rng.integers(360, 640))), 250)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(int(rng.integers(10, 40)))
    y = int(rng.integers(5, 40))
    while y < page.height:
        words = ["".join(chr(97 + c) for c in rng.integers(0, 26, rng.integers(2, 10))) for _ in range(12)]
        draw.text((int(rng.integers(5, 40)), y), " ".join(words)[: int(rng.integers(5, 80))], font=font, fill=20)
        y += int(font.size * rng.uniform(1.1, 2.2))
    grey = cv2.resize(np.asarray(page), (WORK, WORK), interpolation=cv2.INTER_AREA)
    return 255 - grey if rng.random() < 0.3 else grey


def drawing(rng):
    """Ellipses and boxes over a soft ground: blobs that are no anatomy."""
    out = fractal(rng, rng.uniform(1.5, 3)) // 2 if rng.random() < 0.5 else np.zeros((WORK, WORK), np.uint8)
    for _ in range(rng.integers(1, 9)):
        grey = int(rng.integers(0, 256))
        centre = tuple(int(v) for v in rng.integers(0, WORK, 2))
        axes = tuple(int(v) for v in rng.integers(5, WORK // 2, 2))
        if rng.random() < 0.6:
            cv2.ellipse(out, centre, axes, float(rng.uniform(0, 180)), 0, 360, grey, int(rng.choice([-1, 2, 6])))
        else:
            cv2.rectangle(out, centre, axes, grey, int(rng.choice([-1, 2, 6])))
    return cv2.GaussianBlur(out, (0, 0), rng.uniform(0.1, 4))
