"""Films into pixels as the references do: CLIP's processor on PIL pictures, padded or not."""

import torch
import transformers
from PIL import Image

from golden.record import write_json


def _pil_class(name):
    """The class that works on PIL pictures: "...Pil" of the current transformers, the only one of
    4.36.2."""
    return getattr(transformers, name + "Pil", None) or getattr(transformers, name)


def processor_of(folder):
    """The picture processor that the checkpoint folder describes."""
    return _pil_class("CLIPImageProcessor").from_pretrained(folder)


def clip_processor(image_size):
    """CLIP's own, for folders that describe none."""
    return _pil_class("CLIPImageProcessor")(
        size={"shortest_edge": image_size},
        crop_size={"height": image_size, "width": image_size})


def siglip_pixels(path, image_size):
    """[3, S, S]: SigLIP's processor alone, which squeezes pictures into a square."""
    processor = _pil_class("SiglipImageProcessor")(
        size={"height": image_size, "width": image_size})
    return pixels_of(path, processor, "square")


def pad_to_square(picture, colour):
    """Centred on a square of `colour`; the odd pixel goes below and to the right."""
    side = max(picture.size)
    square = Image.new("RGB", (side, side), colour)
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square


def pixels_of(path, processor, fit):
    """[3, S, S]. fit `pad`: to a square of the mean colour first; else the processor alone."""
    picture = Image.open(path).convert("RGB")
    if fit == "pad":
        picture = pad_to_square(picture, tuple(int(m * 255) for m in processor.image_mean))
    values = processor(picture, return_tensors="np")["pixel_values"][0]
    return torch.tensor(values, dtype=torch.float32)


def write_preprocessor_config(folder, image_size, plain_sizes):
    """As later transformers write it or, with `plain_sizes`, as openai's CLIP was published."""
    if plain_sizes:
        write_json(folder / "preprocessor_config.json", {
            "crop_size": image_size, "do_center_crop": True, "do_normalize": True,
            "do_resize": True, "feature_extractor_type": "CLIPFeatureExtractor",
            "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3,
            "size": image_size})
        return
    write_json(folder / "preprocessor_config.json", {
        "crop_size": {"height": image_size, "width": image_size}, "do_center_crop": True,
        "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_processor_type": "CLIPImageProcessor",
        "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3,
        "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": image_size}})
