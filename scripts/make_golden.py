#!/usr/bin/env python3
"""Record what reference implementations compute, for the tests under tests/golden.

  scripts/make_golden.py tests/golden [--layout NAME ...]
  scripts/make_golden.py --unseen SEED --out DIR [--layout NAME ...]
  scripts/make_golden.py --compare DIR --program build/release/slava-cxr

The first records the folders that are kept in git:
  phi/                     transformers' PhiForCausalLM alone
  efficientnet/            EfficientNet-Lite0 in plain PyTorch functions
  pickles/                 what torch.save writes, for convert_checkpoint.py
  checkpoints/LAYOUT/      whole random checkpoints in the published layouts, and each stage of
                           what the reference makes of films and prompts (README.md there)
The second makes checkpoints that no test has seen: sizes, weights, vocabularies and films are drawn
from SEED. The third asks the program the same and compares token for token.
The references run in two Python environments, which are made under --work (default .deps/golden)
on first use; the tests and the program need neither.
"""

import argparse
import json
import pathlib
import shutil
import sys

from golden import cases, compare, environments

ROOT = pathlib.Path(__file__).resolve().parents[1]
PARTS = ("phi", "efficientnet", "pickles")


def record_checkpoint(layout, case, out, films, work):
    """The checkpoint folder `out` of `case`; `films`: folder of its films."""
    scratch = work / "scratch" / layout
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    scratch.mkdir(parents=True)
    out.mkdir(parents=True)
    names = sorted(path.stem for path in films.glob("*.png"))
    case = case | {
        "layout": layout, "out": str(out), "vocabulary": str(scratch / "vocabulary"),
        "prompt_ids": str(scratch / "prompt_ids.json"),
        "films": {name: str(films / f"{name}.png") for name in names},
        "film_names": {name: f"../{films.name}/{name}.png" for name in names}}
    description = scratch / "case.json"
    description.write_text(json.dumps(case))
    run = lambda environment, module, *arguments: environments.run(
        environment, work, module, *arguments)
    module, environment, kind = cases.REFERENCES[layout]
    flags = [flag for flag, key in (("--json", "tokenizer_json"), ("--legacy", "legacy"))
             if case.get(key)]
    run("fused", "vocabularies", kind, case["vocabulary_size"], case["vocabulary_seed"],
        case["vocabulary"], *flags)
    if module != "llava":
        run(environment, module, description)
        return
    run("fused", "prompt_ids", case["vocabulary"], case["prompt_ids"])
    if case["names"] == "old":
        run("fused", "llava", "skeleton", description)
    run("current", "llava", "record", description)
    if case["names"] == "old":
        run("fused", "llava", "check", description)


def write_films(folder, image_size, seed, drawn, work):
    request = {"folder": str(folder), "image_size": image_size, "seed": seed, "drawn": drawn}
    environments.run("current", work, "films", json.dumps(request))


def record_kept(out, layouts, work):
    for part in PARTS:
        if part in layouts:
            environments.run("current", work, part, out)
    folder = out / "checkpoints"
    for layout in cases.LAYOUTS:
        if layout in layouts:
            case = cases.RECORDED[layout] | {"kinds": cases.EVERY_KIND}
            write_films(folder / "films", case["image_size"], 7, False, work)
            record_checkpoint(layout, case, folder / layout, folder / "films", work)


def record_unseen(out, seed, layouts, work):
    for layout in cases.LAYOUTS:
        if layout in layouts:
            case = cases.drawn(layout, seed)
            films = out / f"films-{layout}-{seed}"
            write_films(films, case["image_size"], case["film_seed"], True, work)
            record_checkpoint(layout, case, out / f"{layout}-{seed}", films, work)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kept", nargs="?", type=pathlib.Path, help="tests/golden")
    parser.add_argument("--unseen", type=int, metavar="SEED")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR", help="with --unseen")
    parser.add_argument("--compare", type=pathlib.Path, metavar="DIR",
                        help="folder with recorded checkpoints anywhere below it")
    parser.add_argument("--program", type=pathlib.Path, default="build/release/slava-cxr")
    parser.add_argument("--layout", nargs="+", choices=[*PARTS, *cases.LAYOUTS],
                        default=[*PARTS, *cases.LAYOUTS])
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / ".deps/golden")
    args = parser.parse_args()
    if sum(x is not None for x in (args.kept, args.unseen, args.compare)) != 1:
        parser.error("expected one of: a folder, --unseen, --compare")
    if args.compare:
        sys.exit(compare.compare(args.compare, args.program))
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if args.unseen is None:
        record_kept(args.kept.resolve(), args.layout, work)
    elif args.out is None:
        parser.error("--unseen needs --out")
    else:
        record_unseen(args.out.resolve(), args.unseen, args.layout, work)


if __name__ == "__main__":
    main()
