"""A parametric thorax and its synthetic radiographs; see make_samples.py."""
