"""A grey picture into the numbers of the pixel check; the same as src/gate/film_features.cc."""

import numpy as np

SIDE = 64  # of the thumbnail
CELL = 8  # pixels
CELLS = SIDE // CELL
BINS = 8
COARSE = 16  # side of the coarse picture
SOFTNESS = 0.5
COUNT = CELLS * CELLS * BINS + COARSE * COARSE


def coverage(length, cells=SIDE):
    """[cells, length]: the share of each pixel in each cell's mean."""
    weights = np.zeros((cells, length))
    for cell in range(cells):
        begin, end = cell * length / cells, (cell + 1) * length / cells
        for pixel in range(int(begin), min(length, int(np.ceil(end)))):
            weights[cell, pixel] = max(0.0, min(end, pixel + 1) - max(begin, pixel))
    return weights / weights.sum(axis=1, keepdims=True)


_coverage = {}


def thumbnail(picture):
    """Any grey picture as SIDE x SIDE means; its aspect ratio is lost."""
    for length in picture.shape:
        if length not in _coverage:
            _coverage[length] = coverage(length)
    return _coverage[picture.shape[0]] @ picture.astype(np.float64) @ _coverage[picture.shape[1]].T


def features(thumbnails):
    """[n, SIDE, SIDE] into [n, COUNT]."""
    grey = np.asarray(thumbnails, np.float64)
    ordered = np.sort(grey.reshape(len(grey), -1), axis=1)
    last = ordered.shape[1] - 1
    low, high = ordered[:, last // 50], ordered[:, last - last // 50]
    span = np.where(high - low < 1, np.inf, high - low)
    grey = np.clip((grey - low[:, None, None]) / span[:, None, None], 0, 1)
    padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    gx = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    gy = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    size = np.sqrt(gx * gx + gy * gy)
    turn = np.arctan2(gy, gx) / (2 * np.pi)
    place = (turn - np.floor(turn)) * BINS
    lower = np.floor(place)
    share = place - lower
    lower = lower.astype(int) % BINS
    cells = np.zeros((len(grey), CELLS, CELLS, BINS))
    for bin_ in range(BINS):
        weight = size * ((lower == bin_) * (1 - share) + ((lower + 1) % BINS == bin_) * share)
        cells[..., bin_] = weight.reshape(-1, CELLS, CELL, CELLS, CELL).sum(axis=(2, 4))
    cells /= np.sqrt((cells * cells).sum(axis=3, keepdims=True) + SOFTNESS * SOFTNESS)
    block = SIDE // COARSE
    coarse = grey.reshape(-1, COARSE, block, COARSE, block).mean(axis=(2, 4)) - 0.5
    return np.concatenate([cells.reshape(len(grey), -1), coarse.reshape(len(grey), -1)], axis=1).astype(np.float32)
