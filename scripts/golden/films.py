"""Synthetic grey films, seeded: shapes that cropping, padding and downscaling treat differently.

  python -m golden.films '{"folder": F, "image_size": S, "seed": N, "drawn": false}'
"""

import json
import pathlib
import random
import sys

from PIL import Image, ImageDraw


def draw(width, height, seed):
    """Rectangles and ellipses under a fine two-level grain: detail that aliases, yet packs well."""
    random_ = random.Random(seed)
    film = Image.new("L", (width, height), random_.randrange(20, 80))
    pen = ImageDraw.Draw(film)
    for _ in range(14):
        x, y = random_.randrange(width), random_.randrange(height)
        w = random_.randrange(width // 8, width // 2)
        h = random_.randrange(height // 8, height // 2)
        shape = pen.ellipse if random_.random() < 0.5 else pen.rectangle
        shape([x - w // 2, y - h // 2, x + w // 2, y + h // 2], fill=random_.randrange(256))
    pixels = film.load()
    for y in range(height):
        for x in range(width):
            # Blocks of grain, so that the model sees more than a mean.
            if random_.random() < 0.12:
                pixels[x, y] = 255 if (x // 7 + y // 5) % 2 else 0
    return film


def film_sizes(image_size):
    """{name: (width, height)} around the model's image size S."""
    s = image_size
    return {
        "wide": (s * 17 // 10, s * 11 // 10),
        "tall": (s * 11 // 10, s * 23 // 10),
        "large": (s * 10, s * 10 + 30),
        "small": (s * 3 // 4, s * 5 // 9),
    }


def drawn_sizes(image_size, seed):
    """Likewise, with other ratios."""
    draw, s = random.Random(seed), image_size
    within = lambda low, high: int(s * draw.uniform(low, high))
    return {
        "wide": (within(1.6, 3), within(1, 1.5)),
        "tall": (within(0.9, 1.4), within(1.5, 4)),
        "large": (within(8, 13), within(8, 13)),
        "small": (within(0.4, 0.9), within(0.4, 0.9)),
    }


def write_films(folder, sizes, seed):
    """Writes NAME.png of every (width, height) in `sizes`; returns {name: path}."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for i, (name, size) in enumerate(sizes.items()):
        paths[name] = folder / f"{name}.png"
        draw(*size, seed * 100 + i).save(paths[name], optimize=True)
    return paths


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    size_of = drawn_sizes if request["drawn"] else lambda size, seed: film_sizes(size)
    write_films(pathlib.Path(request["folder"]), size_of(request["image_size"], request["seed"]),
                request["seed"])
