"""Random checkpoints with what reference implementations compute on them; see make_golden.py."""
