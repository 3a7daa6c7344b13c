#!/usr/bin/env python3
"""Plants made-up identifiers into case descriptions and fails when one of them survives slava-cxr radex.

    scripts/plant_identifiers.py --program build/release/slava-cxr --cases cases.jsonl --seeds 11 12 13

For each seed 200 identifiers of the Python package Faker (en_US and ja_JP: names, addresses, telephone numbers, mail
addresses, social security numbers, dates, web and network addresses, companies, licence plates, cards, accounts,
user names, ...) are put into the descriptions, some with a cue ("Name: ...") and most without, between sentences and
in the middle of them. Then the program makes a corpus of the planted cases. Fails when any file of it holds
an identifier, or when the cleaned descriptions hold any word that the unplanted ones do not. Also runs the
unplanted cases and prints how many are refused for privacy.

The script makes its own Python environment under .deps.
"""

import argparse
import html
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import pinned_python

REQUIREMENTS = ["Faker==40.63.0"]
PLANTED = 200
ROOT = pathlib.Path(__file__).resolve().parent.parent

BOTH = ["name", "first_name", "last_name", "first_name_female", "last_name_male", "address", "street_address",
        "street_name", "city", "postcode", "phone_number", "email", "safe_email", "company_email", "user_name",
        "domain_name", "url", "ipv4", "ipv6", "mac_address", "company", "date", "date_time", "iban", "bban",
        "credit_card_number", "credit_card_full", "license_plate", "ssn", "swift", "uuid4", "hostname"]
METHODS = {
    "en_US": BOTH + ["name_male", "name_female", "name_nonbinary", "prefix_name", "ein", "itin", "aba", "zipcode",
                     "zipcode_plus4", "building_number", "secondary_address", "military_apo", "military_dpo",
                     "date_of_birth", "day_month_year", "basic_phone_number", "passport_number", "vin", "old_age",
                     "record_number"],
    "ja_JP": BOTH + ["kana_name", "romanized_name", "last_kana_name", "first_romanized_name", "zipcode", "prefecture",
                     "town", "chome", "ban", "gou", "era_date", "my_number", "honorific_name", "insurer_number"],
}
CUES = ["{}", "{}", "{}", "{}", "Patient {}", "Name: {}", "seen by {}", "ID {}", "({})", "{} was informed", "contact {}",
        "lives at {}", "reported on {}", "from {}", "cc {}", "ref {}"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"]


def identifier(fake, method, rng):
    """One made-up identifier; some that Faker does not have are put together here."""
    if method == "prefix_name":
        return rng.choice(["Mr. ", "Mrs. ", "Dr. ", "Prof. ", "Ms. "]) + fake.name()
    if method == "day_month_year":
        return f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(1930, 2024)}"
    if method == "old_age":
        return f"{rng.randint(90, 109)}-year-old"
    if method == "record_number":
        return rng.choice(["MRN ", "MRN: ", "", "#"]) + str(rng.randint(10**5, 10**8))
    if method == "era_date":
        return f"{rng.choice(['令和', '平成', '昭和'])}{rng.randint(2, 30)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    if method == "my_number":
        return "".join(str(rng.randint(0, 9)) for _ in range(12))
    if method == "honorific_name":
        return fake.last_name() + rng.choice(["さん", "様", "氏", "先生"])
    if method == "insurer_number":
        return "保険者番号 " + str(rng.randint(10**7, 10**8 - 1))
    value = getattr(fake, method)()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def plant(cases, seed):
    """Cases with identifiers in their descriptions, and the identifiers as (case id, method, text)."""
    import faker
    rng = random.Random(seed)
    fakes = {locale: faker.Faker(locale) for locale in METHODS}
    for number, fake in enumerate(fakes.values()):
        fake.seed_instance(seed * 10 + number)
    planted = [dict(case) for case in cases]
    told = []
    methods = {locale: [] for locale in METHODS}
    while len(told) < PLANTED:
        locale = "en_US" if len(told) % 2 == 0 else "ja_JP"
        if not methods[locale]:  # each method once before one comes again
            methods[locale] = list(METHODS[locale])
            rng.shuffle(methods[locale])
        method = methods[locale].pop()
        text = identifier(fakes[locale], method, rng)
        case = rng.choice(planted)
        words = case["description"].split(" ")
        at = rng.randint(0, len(words))
        phrase = rng.choice(CUES).format(text)
        if rng.random() < 0.3:  # as a sentence of its own, behind one
            ends = [i + 1 for i, word in enumerate(words) if word.endswith(".")] or [len(words)]
            at, phrase = rng.choice(ends), phrase + "."
        case["description"] = " ".join([*words[:at], phrase, *words[at:]])
        told.append((case["case_id"], locale, method, text))
    return planted, told


def words_of(text):
    """What a survivor could consist of: words, numbers, and characters of scripts without blanks."""
    return set(re.findall(r"[a-z0-9]+|[^\x00-\x7f]", text.lower()))


def run(program, cases, films, folder, seed, more):
    source = folder / "cases.jsonl"
    source.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), encoding="utf-8")
    out = folder / "out"
    done = subprocess.run([program, "radex", "--cases", str(source), "--image-root", str(films), "--output", str(out),
                           "--seed", str(seed), "--keep-cleaned", *more], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"plant_identifiers: {program} radex failed with {done.returncode}: {done.stderr}")
    return out, done.stdout + done.stderr


def cleaned_by_case(out):
    lines = (out / "cleaned.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["case"]: row["text"] for row in map(json.loads, lines)}


def survivors(out, talk, cases, told):
    """Identifiers in any output, and words of the cleaned descriptions that the unplanted ones do not have."""
    found = []
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*")) if path.is_file()}
    texts["(terminal)"] = talk
    squeezed = {name: " ".join(html.unescape(text).lower().split()) for name, text in texts.items()}
    everything = {case["case_id"]: " ".join(str(value) for value in case.values()).lower() for case in cases}
    for case, locale, method, text in told:
        wanted = " ".join(text.lower().split())
        for name, held in squeezed.items():
            if len(wanted) > 3 and wanted in held and not any(wanted in known for known in everything.values()):
                found.append(f"{name}: {locale} {method} of {case}: {text!r}")
    original = {case["case_id"]: words_of(case["description"]) for case in cases}
    for case, text in cleaned_by_case(out).items():
        extra = words_of(text) - original[case]
        # The cues' own words are no identifiers.
        extra -= words_of(" ".join(CUES))
        if extra:
            kinds = [f"{method} {value!r}" for name, _, method, value in told if name == case]
            found.append(f"cleaned.jsonl: {case}: {sorted(extra)} of {kinds}")
    return found


def privacy_refusals(out):
    rows = [json.loads(line) for line in (out / "refusals.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["step"] == "privacy"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True, help="slava-cxr")
    parser.add_argument("--cases", type=pathlib.Path, required=True, help="JSONL with case_id and description")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("radex", nargs="*", help="further flags for radex, behind --")
    arguments = parser.parse_args()
    pinned_python.enter(pinned_python.DEPS / "plant-identifiers", REQUIREMENTS)
    cases = [json.loads(line) for line in arguments.cases.read_text(encoding="utf-8").splitlines() if line.strip()]
    films = arguments.cases.resolve().parent
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "unplanted"
        folder.mkdir()
        out, _ = run(arguments.program, cases, films, folder, 1, arguments.radex)
        refused = privacy_refusals(out)
        print(f"unplanted: {len(refused)} of {len(cases)} cases refused for privacy "
              f"({100 * len(refused) / len(cases):.1f}%)")
        for seed in arguments.seeds:
            planted, told = plant(cases, seed)
            folder = pathlib.Path(name) / str(seed)
            folder.mkdir()
            out, talk = run(arguments.program, planted, films, folder, seed, arguments.radex)
            found = survivors(out, talk, cases, told)
            kept = len(cleaned_by_case(out))
            print(f"seed {seed}: {len(told)} identifiers in {len({row[0] for row in told})} cases, "
                  f"{len(privacy_refusals(out))} cases refused for privacy, text of {kept} kept, "
                  f"{len(found)} survivors")
            for line in found:
                print("  " + line)
            failed = failed or bool(found)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
