#!/usr/bin/env python3
"""Record what Hugging Face's image processors make of drawn films, for tests/preprocess.

  scripts/make_picture_golden.py tests/golden/preprocess [--iu-xray ../shared/data/iu-xray]

One file for each environment below, which the script makes itself under .deps: transformers 4.36.2
with the Pillow of its time, which always resizes columns first, and current ones of both (Pillow 13
begins with the rows of some films). Films are drawn by a formula that the tests have too, so that
none is stored. Of each result: SHA-256 of the 8-bit picture (as [S, S] where its
channels are equal, else [3, S, S]), some of its rows, and some normalised values. With --iu-xray
also one SHA-256 over the pictures of 128 real films together, and their mean grey.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

import pinned_python

ENVIRONMENTS = {
    "transformers-4.36.2": ["transformers==4.36.2", "pillow==10.1.0", "numpy==1.26.4"],
    "transformers-5.24.0": ["transformers==5.24.0", "pillow==13.0.0", "numpy==2.4.6"],
}
SIZES = [(1, 1), (2, 9), (5, 4), (9, 2), (23, 37), (64, 64), (101, 64), (64, 101), (301, 251),
         (251, 301), (333, 1000), (1000, 333)]
LARGE = [(2240, 2240), (3000, 2500), (2021, 2467)]
FILMS = 128  # of the real ones: more than 100, so that the figures are a statistic

CLIP = {"image_processor_type": "CLIPImageProcessor", "do_resize": True, "do_center_crop": True,
        "do_rescale": True, "do_normalize": True, "do_convert_rgb": True, "resample": 3,
        "rescale_factor": 0.00392156862745098,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711]}


def clip(size, crop, **more):
    return CLIP | {"size": {"shortest_edge": size}, "crop_size": {"height": crop, "width": crop}} \
        | more


# name: (environments, image_aspect_ratio of config.json, preprocessor_config.json)
PRESETS = {
    "clip-crop": ("both", "", clip(56, 56)),
    "clip-pad": ("both", "pad", clip(56, 56)),
    "clip-crop-336": ("both", "square", clip(336, 336)),
    "clip-pad-336": ("both", "pad", clip(336, 336)),
    "clip-bilinear": ("both", "", clip(56, 56, resample=2)),
    "clip-pad-bilinear": ("both", "pad", clip(57, 57, resample=2)),
    "clip-cut-smaller": ("both", "", clip(73, 56)),
    "clip-pad-cut-smaller": ("both", "pad", clip(73, 56)),
    # The crop is larger than the picture: zeros. 4.36.2 handles only even differences.
    "clip-zeros-around": ("both", "", clip(30, 56)),
    "clip-odd-zeros-around": ("new", "", clip(31, 56)),
    "clip-old-form": ("old", "", {
        "feature_extractor_type": "CLIPFeatureExtractor", "size": 56, "crop_size": 56,
        "do_resize": True, "do_center_crop": True, "do_normalize": True, "resample": 3,
        "image_mean": CLIP["image_mean"], "image_std": CLIP["image_std"]}),
    "clip-both-sides": ("both", "", CLIP | {
        "size": {"height": 56, "width": 56}, "crop_size": {"height": 48, "width": 48}}),
    "llava": ("new", "", clip(56, 56) | {
        "image_processor_type": "LlavaImageProcessor", "do_pad": True}),
    "llava-no-pad": ("new", "", clip(56, 56) | {
        "image_processor_type": "LlavaImageProcessor", "do_pad": False}),
    "siglip": ("new", "square", {
        "image_processor_type": "SiglipImageProcessor", "size": {"height": 56, "width": 56}}),
    "siglip-pad": ("new", "pad", {
        "image_processor_type": "SiglipImageProcessor", "size": {"height": 56, "width": 56}}),
}
LARGE_PRESETS = ["clip-crop-336", "clip-pad-336", "siglip"]


def draw(width, height):
    """Ramps that wrap, and noise in every second tile: soft and hard edges, black and white."""
    import numpy

    x = numpy.arange(width, dtype=numpy.uint32)[None, :]
    y = numpy.arange(height, dtype=numpy.uint32)[:, None]
    ramp = (x * 7 + y * 13 + ((x * y) >> 3)) & 255
    noise = ((x * 73856093) ^ (y * 19349663)) * numpy.uint32(2654435761) >> 24
    return numpy.where(((x >> 4) + (y >> 4)) & 1, noise, ramp).astype(numpy.uint8)


def make_processor(config):
    import transformers

    name = config.get("image_processor_type", config.get("feature_extractor_type"))
    name = name.replace("CLIPFeatureExtractor", "CLIPImageProcessor")
    kind = getattr(transformers, name + "Pil", None) or getattr(transformers, name)
    return kind.from_dict(config)


def process(processor, aspect_ratio, grey):
    """Both pictures of the processor, [3, S, S]: 8-bit and normalised."""
    import numpy
    from PIL import Image

    film = Image.fromarray(grey).convert("RGB")
    if aspect_ratio == "pad" and film.width != film.height:
        side = max(film.size)
        ground = tuple(int(m * 255) for m in processor.image_mean)
        square = Image.new("RGB", (side, side), ground)
        square.paste(film, ((side - film.width) // 2, (side - film.height) // 2))
        film = square
    # Films of 1 and 3 rows would be taken for channels.
    options = {"input_data_format": "channels_last"}
    eight = processor(film, do_rescale=False, do_normalize=False, **options)["pixel_values"][0]
    values = processor(film, **options)["pixel_values"][0]
    eight = numpy.asarray(eight)
    assert eight.dtype == numpy.uint8 and values.dtype == numpy.float32
    return eight, numpy.asarray(values)


def model_bytes(eight):
    grey = (eight == eight[:1]).all()
    return (eight[0] if grey else eight).tobytes()


def record_case(processor, preset, width, height):
    aspect_ratio = PRESETS[preset][1]
    eight, values = process(processor, aspect_ratio, draw(width, height))
    if eight.shape[1] != eight.shape[2]:
        return None
    side = eight.shape[1]
    data = model_bytes(eight)
    rows = sorted({0, side // 3, side // 2, side - 1})
    points = [(c, (i * 17 + c) % side, (i * 29) % side) for c in range(3) for i in range(4)]
    return {
        "preset": preset, "width": width, "height": height, "size": side,
        "channels": len(data) // (side * side), "sha256": hashlib.sha256(data).hexdigest(),
        # Of the last channel, in which padding differs most from the mean.
        "rows": {str(y): eight[2, y].tobytes().hex() for y in rows},
        "values": [[c, y, x, float(values[c, y, x])] for c, y, x in points]}


def record_films(folder, processors):
    import numpy
    from PIL import Image

    digests = {preset: hashlib.sha256() for preset in processors}
    sums = dict.fromkeys(processors, 0.0)
    studies = [json.loads(line) for line in (folder / "studies.jsonl").open()]
    for study in studies[:FILMS]:
        path = folder / "images" / pathlib.Path(study["images"][0]["file"]).name
        rgb = numpy.array(Image.open(path).convert("RGB"))
        assert (rgb == rgb[:, :, :1]).all()
        for preset, processor in processors.items():
            eight, _ = process(processor, PRESETS[preset][1], rgb[:, :, 0])
            digests[preset].update(model_bytes(eight))
            sums[preset] += float(eight[0].mean())
    return [{"preset": preset, "films": FILMS, "sha256": digests[preset].hexdigest(),
             "mean_grey": round(sums[preset] / FILMS, 3)} for preset in processors]


def record(out, name, iu_xray):
    import numpy
    import PIL
    import transformers

    age = "old" if "4.36" in name else "new"
    presets = {key: value for key, value in PRESETS.items() if value[0] in ("both", age)}
    cases = []
    for preset, (_, _, config) in presets.items():
        processor = make_processor(config)
        sizes = SIZES[:8] if preset.endswith("336") else SIZES
        for width, height in sizes + (LARGE if preset in LARGE_PRESETS else []):
            case = record_case(processor, preset, width, height)
            # Cropping an odd number less than there is, 4.36.2 loses a row; later ones do not.
            if case:
                cases.append(case)
    golden = {
        "versions": {"transformers": transformers.__version__, "pillow": PIL.__version__,
                     "numpy": numpy.__version__},
        "presets": {key: {"image_aspect_ratio": value[1], "preprocessor_config": value[2]}
                    for key, value in presets.items()},
        "cases": cases}
    path = out / (name + ".json")
    if iu_xray:
        golden["iu_xray"] = record_films(
            iu_xray, {key: make_processor(presets[key][2]) for key in LARGE_PRESETS
                      if key in presets})
    elif path.exists():
        golden["iu_xray"] = json.loads(path.read_text()).get("iu_xray", [])
    lines = json.dumps(golden, indent=None, separators=(",", ":"))
    path.write_text(lines.replace('{"preset"', '\n{"preset"') + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--iu-xray", type=pathlib.Path)
    parser.add_argument("--environment", choices=ENVIRONMENTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.environment:
        record(options.out, options.environment, options.iu_xray)
        return
    for name, pins in ENVIRONMENTS.items():
        python = pinned_python.python_of(pinned_python.DEPS / ("venv-" + name), pins)
        subprocess.run([python, __file__, *sys.argv[1:], "--environment", name], check=True)


if __name__ == "__main__":
    main()
