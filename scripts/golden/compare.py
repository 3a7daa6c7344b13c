"""Asks the program what a recorded checkpoint was asked, and compares tokens and text."""

import json
import subprocess
import sys


def ask(program, folder, film, run):
    """The program's JSON answer, or what it said instead."""
    command = [str(program), "ask", "--model", str(folder), "--image", str(film), "--prompt",
               run["prompt"], "--max-new-tokens", str(run["max_new_tokens"]), "--dtype", "float32",
               "--gate", "all=off"]
    if run["preset"] != "checkpoint":
        command += ["--preset", run["preset"]]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        return None, f"exit code {done.returncode}: {done.stderr.strip()}"
    try:
        return json.loads(done.stdout), ""
    except json.JSONDecodeError as error:
        return None, f"no JSON ({error}): {done.stdout[:200]!r}"


def difference(answer, run):
    """What is first wrong with the answer; empty when nothing is."""
    if answer.get("prompt_tokens") != run["prompt_tokens"]:
        return f"prompt_tokens {answer.get('prompt_tokens')}, expected {run['prompt_tokens']}"
    got, wanted = answer.get("tokens", []), run["tokens"]
    if got != wanted:
        place = next((i for i, (a, b) in enumerate(zip(got, wanted)) if a != b),
                     min(len(got), len(wanted)))
        return (f"token {place} of {len(wanted)} is {got[place:place + 1]}, expected "
                f"{wanted[place:place + 1]}")
    # The program may tidy white space at the ends, as upstream's strip() does.
    # Random weights write broken UTF-8. transformers' own versions show it differently where bytes
    # are the fallback of a sentencepiece vocabulary, whose runs have no cleaned text.
    broken = "\ufffd" in run["text"] and "text_cleaned" not in run
    wanted = (run["text"].strip(), run.get("text_cleaned", "").strip())
    if not broken and answer.get("text", "").strip() not in wanted:
        return f"text {answer.get('text')!r}, expected {run['text']!r}"
    return ""


def compare(root, program):
    """Prints a line per checkpoint and per difference; 0 when all is equal."""
    found = sorted(root.rglob("expected.json"))
    if not found:
        sys.exit(f"{root}: holds no expected.json")
    wrong = 0
    for path in found:
        expected = json.loads(path.read_text())
        problems = []
        for run in expected["runs"]:
            film = path.parent / expected["films"][run["film"]]
            answer, failure = ask(program, path.parent, film, run)
            problem = failure or difference(answer, run)
            if problem:
                problems.append(f"  {run['name']}: {problem}")
        equal = len(expected["runs"]) - len(problems)
        print(f"{path.parent.name}: {equal} of {len(expected['runs'])} runs equal", flush=True)
        print("".join(problem + "\n" for problem in problems), end="", flush=True)
        wrong += len(problems)
    return 1 if wrong else 0
