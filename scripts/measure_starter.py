#!/usr/bin/env python3
"""Measures draft reports against the reports that radiologists wrote, with the controls that make a number mean something.

In:   the output folder of `slava-cxr report` (DIR/<study_id>/report.json), that of blanked copies, studies.jsonl.
Out:  a Markdown table on stdout, the same figures as JSON; or, with `manifest`, the CSV that `report --manifest` reads.
Never: a claim about a metric that needs a neural scorer. The labels come from a small phrase matcher, named as such.

Examples:
  scripts/measure_starter.py manifest --studies STUDIES.jsonl --split val --out val.csv
  scripts/measure_starter.py manifest --studies STUDIES.jsonl --split val --out blank.csv --blank blank-films
  scripts/measure_starter.py measure --studies STUDIES.jsonl --split val --reports out/val --blank-reports out/blank
"""

import argparse
import collections
import csv
import json
import os
import random
import re
import struct
import sys
import zlib

DRAFT_NOTE = ("Figures of AI-generated drafts, to be verified by a physician; labels by a phrase matcher of this "
              "script, not CheXbert, not the CheXpert labeller.")

# ---------------------------------------------------------------------------------------------------------------
# Phrase matcher
# ---------------------------------------------------------------------------------------------------------------

# What a report can say of a film, and the wordings that say it. Order within a label does not matter.
PHRASES = {
    "Cardiomegaly": [
        r"cardiomegaly",
        r"\b(heart|cardiac|cardio-?mediastinal|cardiopericardial)\b[^.;]{0,45}\b(is|are|appears?|upper|mildly|moderately|"
        r"markedly|severely|slightly|borderline|and|size)\b[^.;]{0,25}\benlarge(d|ment)",
        r"enlarged\W+(\w+\W+){0,2}(heart|cardiac|cardio)",
        r"enlargement of (the )?(heart|cardiac|cardio)",
        r"(heart|cardiac)( size| silhouette| enlargement)?[^.;]{0,20}\b(is |are |appears )?(mildly |borderline |top )"
        r"(large|enlarged)",
        r"cardiac enlargement", r"borderline (heart size|enlarge|cardiac size)", r"prominent (heart|cardiac silhouette)",
    ],
    "Pleural Effusion": [r"(?<!pericardial )\beffusions?\b", r"pleural fluid", r"blunt(ing|ed)[^.;]{0,40}(costophrenic|sulc|angle)",
                         r"(costophrenic|sulc)[^.;]{0,40}blunt(ing|ed)"],
    "Atelectasis": [r"atelecta", r"volume loss", r"collaps"],
    "Lung Opacity": [r"opaci(ty|ties|fication)", r"airspace disease", r"infiltrat", r"consolidat", r"pneumonia(?!\w)",
                     r"densit(y|ies)"],
    "Consolidation or Pneumonia": [r"consolidat", r"pneumonia(?!\w)", r"infiltrat", r"airspace disease"],
    "Edema or Congestion": [r"\bedema\b", r"congesti(on|ve)", r"vascular (engorgement|prominence|redistribution|fullness)",
                            r"engorge", r"prominent (pulmonary )?vasc", r"heart failure|\bchf\b"],
    "Interstitial Markings": [r"interstitial", r"reticul", r"fibrosis", r"(increased|prominent|coarse\w*|bronchovascular) "
                              r"(lung |bronchovascular |interstitial |pulmonary )?(markings|crowding)"],
    "Hyperinflation": [r"hyper-?(inflat|expan|aerat|lucen|disten)", r"emphysema", r"\bcopd\b", r"obstructive (pulmonary|lung)",
                       r"flatten(ed|ing)[^.;]{0,30}diaphragm", r"diaphragm\w*[^.;]{0,20}flatten"],
    "Low Lung Volumes": [r"(low|decreased|small|reduced|diminished|shallow) (lung volumes?|inspirat\w+)", r"hypo-?(inflat|ventilat|aerat|expan)",
                         r"lung volumes? (is|are) (mildly |slightly )?(low|decreased|small|diminished)", r"poor inspir",
                         r"bronchovascular crowding"],
    "Granuloma or Calcified Node": [r"granulom", r"calcified (\w+ ){0,3}(lymph|nodul|node)",
                                    r"calcifi\w+[^.;]{0,30}(hil(ar|um|a)|lymph|mediastin)",
                                    r"(hilar|lymph nodes?|mediastinal)[^.;]{0,15}calcifi"],
    "Nodule or Mass": [r"\bnodul", r"\bmass(es)?\b", r"\blesions?\b"],
    "Tortuous Aorta": [r"tortuo", r"ecta(tic|sia)", r"(unfold|uncoil|elongat)\w*[^.;]{0,25}aort", r"aort\w*[^.;]{0,25}(unfold|uncoil|elongat)"],
    "Calcified Aorta": [r"atherosclero", r"(aort|arch|vascular)\w*[^.;]{0,30}calcifi", r"calcifi\w+[^.;]{0,30}(aort|arch)"],
    "Degenerative Spine": [r"degenerat", r"spondyl", r"osteophyt", r"arthritic", r"\bspurring"],
    "Scoliosis or Kyphosis": [r"scolio", r"kypho(sis|tic|scol)", r"curvature"],
    "Fracture or Deformity": [r"fractur", r"deformit", r"compression", r"height loss|loss of height", r"wedg(e|ing)"],
    "Osteopenia": [r"osteop(enia|enic|oro)", r"demineraliz"],
    "Scar or Thickening": [r"\bscar", r"fibrotic", r"pleural[^.;]{0,20}thicken", r"thickening"],
    "Line, Tube or Pacemaker": [r"catheter", r"\b(picc|port|port-?a-?cath|mediport)\b", r"\bpace(maker|r)?\b", r"defibrillat|\baicd\b|\bicd\b",
                                r"\b(endotracheal|tracheostomy|nasogastric|enteric|feeding|chest) tube", r"generator", r"central (venous )?line",
                                r"cardiac (device|leads)"],
    "Surgical Material": [r"sternotomy", r"\bclips?\b", r"\bcabg\b|bypass", r"\bsutures?\b|\bstaples?\b", r"surgical", r"prosthe", r"\bstents?\b",
                          r"hardware", r"\bwires\b"],
    "Raised Diaphragm": [r"(elevat|rais)\w*[^.;]{0,30}diaphragm", r"diaphragm\w*[^.;]{0,20}(elevat|rais)", r"eventration"],
    "Hiatal Hernia": [r"herni"],
    "Pneumothorax": [r"pneumothora"],
}
PHRASES = {name: re.compile("|".join(f"(?:{p})" for p in patterns)) for name, patterns in PHRASES.items()}

_NEGATION = re.compile(
    r"\b(no|not|without|negative for|free of|free from|absence of|absent|neither|nor|never|clear of|rather than|"
    r"ruled? out|exclude[sd]?|resolved|unremarkable for|no evidence|lack of|isn't|aren't)\b")
_SCOPE_END = re.compile(r"\b(but|however|although|though|except|other than|aside from|apart from|which (is|are|may))\b|;|:")
# Said behind the mention: "pleural effusion is not seen", "heart size and effusion: none".
_NEGATED_BEHIND = re.compile(r"^[^.;]{0,30}?\b(is|are|was|were)\s+(not|absent|excluded|ruled out)\b|^\s*:?\s*none\b")


def sentences_of(text):
    """The sentences of a report text, lower case; a decimal point does not end one."""
    text = re.sub(r"\s+", " ", text.lower())
    return [s.strip() for s in re.split(r"(?<=[.;!?])\s+|\n", text) if s.strip(" .;")]


def positives_of_sentence(sentence):
    """Labels that one lower-case sentence affirms (uncertain counts as affirmed)."""
    found = set()
    start = 0
    clauses = []
    for m in _SCOPE_END.finditer(sentence):
        clauses.append(sentence[start:m.start()])
        start = m.start() if m.group(0).startswith("which") else m.end()
    clauses.append(sentence[start:])
    for clause in clauses:
        negation = _NEGATION.search(clause)
        for name, pattern in PHRASES.items():
            for m in pattern.finditer(clause):
                # A pattern may hold the negation itself ("heart is not enlarged").
                if negation and negation.start() < m.end():
                    continue
                if _NEGATED_BEHIND.match(clause[m.end():]):
                    continue
                found.add(name)
    return found


def positives_of_text(text):
    """Labels that a whole report affirms."""
    found = set()
    for sentence in sentences_of(text):
        found |= positives_of_sentence(sentence)
    return found


# ---------------------------------------------------------------------------------------------------------------
# Figures
# ---------------------------------------------------------------------------------------------------------------

CONSTANT_REPORT = ("The heart is normal in size. The mediastinum is unremarkable. The lungs are clear. There is no pleural effusion or "
                   "pneumothorax. No acute bony abnormality. No acute cardiopulmonary abnormality.")


def words_of(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def token_f1(hypothesis, reference):
    """F1 of the words, with their counts."""
    h, r = collections.Counter(words_of(hypothesis)), collections.Counter(words_of(reference))
    common = sum((h & r).values())
    return 2 * common / (sum(h.values()) + sum(r.values())) if h or r else 1.0


def label_scores(pairs, names):
    """{micro, macro, labels: {name: {f1, precision, recall, positives, said}}} over (said, true) sets of labels."""
    labels = {}
    total_hit = total_said = total_true = 0
    for name in names:
        hit = sum(name in h and name in r for h, r in pairs)
        said = sum(name in h for h, _ in pairs)
        true = sum(name in r for _, r in pairs)
        labels[name] = {
            "f1": 2 * hit / (said + true) if said + true else 0.0,
            "precision": hit / said if said else 0.0,
            "recall": hit / true if true else 0.0,
            "positives": true,
            "said": said,
        }
        total_hit, total_said, total_true = total_hit + hit, total_said + said, total_true + true
    return {
        "micro": 2 * total_hit / (total_said + total_true) if total_said + total_true else 0.0,
        "macro": sum(v["f1"] for v in labels.values()) / len(labels) if labels else 0.0,
        "labels": labels,
    }


def interval(values, level=0.95):
    values = sorted(values)
    cut = (1 - level) / 2
    last = len(values) - 1
    return [values[int(round(cut * last))], values[int(round((1 - cut) * last))]]


def read_report(folder, study_id):
    """(findings, impression) of a written report; None where the study has none."""
    path = os.path.join(folder, study_id, "report.json")
    try:
        with open(path, encoding="utf-8") as f:
            report = json.load(f)
    except FileNotFoundError:
        return None
    except (OSError, json.JSONDecodeError) as e:
        sys.exit(f"{path}: expected a JSON report, found: {e}. Write the reports again with --force.")

    def section(name):
        part = report.get(name) or []
        if not isinstance(part, list):
            sys.exit(f"{path}: expected '{name}' to be an array of sentences, found {type(part).__name__}.")
        return " ".join((s.get("text", "") if isinstance(s, dict) else str(s)).strip() for s in part).strip()

    return section("findings"), section("impression")


def read_studies(path, split):
    try:
        with open(path, encoding="utf-8") as f:
            studies = [json.loads(line) for line in f if line.strip()]
    except (OSError, json.JSONDecodeError) as e:
        sys.exit(f"{path}: expected one JSON object a line, found: {e}. Name the studies file with --studies.")
    studies = [s for s in studies if s.get("split") == split]
    if not studies:
        sys.exit(f"{path}: expected studies of the split '{split}', found none. Name another with --split.")
    return studies


def derangement(ids, seed):
    """A shuffle in which nobody keeps his own film."""
    order = list(ids)
    random.Random(seed).shuffle(order)
    return {a: b for a, b in zip(order, order[1:] + order[:1])}


def measure(args):
    studies = read_studies(args.studies, args.split)
    reports, blanks = {}, {}
    missing = []
    for s in studies:
        r = read_report(args.reports, s["study_id"])
        if r is None:
            missing.append(s["study_id"])
        reports[s["study_id"]] = r or ("", "")
        if args.blank_reports:
            b = read_report(args.blank_reports, s["study_id"])
            if b is not None:
                blanks[s["study_id"]] = b
    if len(missing) == len(studies):
        sys.exit(f"{args.reports}: expected DIR/<study_id>/report.json for {len(studies)} studies, found none. "
                 "Run `slava-cxr report --manifest` with --format json first.")

    ids = [s["study_id"] for s in studies]
    full = {i: "\n".join(reports[i]) for i in ids}
    truth_text = {s["study_id"]: "\n".join((s.get("findings") or "", s.get("impression") or "")) for s in studies}
    said = {i: positives_of_text(full[i]) for i in ids}
    true = {i: positives_of_text(truth_text[i]) for i in ids}
    names = [n for n in PHRASES if sum(n in true[i] for i in ids) >= args.min_positives]
    constant = positives_of_text(CONSTANT_REPORT)

    # Shuffled films: the mean over several shuffles, so that one lucky shuffle decides nothing.
    shuffles = [derangement(ids, args.seed + n) for n in range(args.shuffles)]

    def scores_of(sample, source):
        return label_scores([(source(i), true[i]) for i in sample], names)

    own = scores_of(ids, lambda i: said[i])
    shuffled = [scores_of(ids, lambda i, m=m: said[m[i]]) for m in shuffles]
    fixed = scores_of(ids, lambda i: constant)

    def words_score(sample, source):
        return sum(token_f1(source(i), truth_text[i]) for i in sample) / len(sample)

    own_words = {i: token_f1(full[i], truth_text[i]) for i in ids}
    shuffled_words = {i: sum(token_f1(full[m[i]], truth_text[i]) for m in shuffles) / len(shuffles) for i in ids}

    rng = random.Random(args.seed)
    micro, macro, words = [], [], []
    for n in range(args.bootstraps):
        sample = [rng.choice(ids) for _ in ids]
        m = shuffles[n % len(shuffles)]
        a, b = scores_of(sample, lambda i: said[i]), scores_of(sample, lambda i: said[m[i]])
        micro.append((a["micro"], a["micro"] - b["micro"]))
        macro.append((a["macro"], a["macro"] - b["macro"]))
        words.append(sum(own_words[i] - shuffled_words[i] for i in sample) / len(sample))

    mean = lambda values: sum(values) / len(values)  # noqa: E731
    abnormal = [s["study_id"] for s in studies if not (s.get("labels") or {}).get("normal")]
    findings = [reports[i][0] for i in ids if reports[i][0]]
    figures = {
        "note": DRAFT_NOTE,
        "split": args.split,
        "n": len(ids),
        "missing_reports": len(missing),
        "distinct_findings": len(set(findings)),
        "most_frequent_findings_share": (collections.Counter(findings).most_common(1)[0][1] / len(ids)) if findings else 0.0,
        "labels_measured": len(names),
        "label_micro_f1": {"own": own["micro"], "own_95": interval([m[0] for m in micro]),
                           "shuffled": mean([s["micro"] for s in shuffled]), "constant": fixed["micro"],
                           "difference_95": interval([m[1] for m in micro])},
        "label_macro_f1": {"own": own["macro"], "own_95": interval([m[0] for m in macro]),
                           "shuffled": mean([s["macro"] for s in shuffled]), "constant": fixed["macro"],
                           "difference_95": interval([m[1] for m in macro])},
        "word_f1": {"own": mean(list(own_words.values())), "shuffled": mean(list(shuffled_words.values())),
                    "constant": words_score(ids, lambda i: CONSTANT_REPORT), "difference_95": interval(words)},
        "labels": {n: dict(own["labels"][n], shuffled_f1=mean([s["labels"][n]["f1"] for s in shuffled])) for n in names},
    }
    if args.blank_reports:
        compared = [i for i in abnormal if i in blanks and i not in missing]
        if not compared:
            sys.exit(f"{args.blank_reports}: expected reports of blanked copies of the same studies, found none.")
        same = [i for i in compared if reports[i] == blanks[i]]
        figures["blank"] = {
            "abnormal_studies_compared": len(compared),
            "same_text": len(same),
            "same_text_share": len(same) / len(compared),
            "same_findings_share": sum(reports[i][0] == blanks[i][0] for i in compared) / len(compared),
            "most_frequent_text": collections.Counter(" ".join(b) for b in blanks.values()).most_common(1)[0][0],
        }
    markdown = to_markdown(figures)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=1, ensure_ascii=False)
            f.write("\n")
    if args.markdown:
        with open(args.markdown, "w", encoding="utf-8") as f:
            f.write(markdown)
    print(markdown, end="")


def to_markdown(f):
    span = lambda v: f"{v[0]:.3f} to {v[1]:.3f}"  # noqa: E731
    lines = [
        f"Split `{f['split']}`, {f['n']} studies, {f['missing_reports']} without a report. {f['note']}",
        "",
        f"- different findings texts: {f['distinct_findings']} (the most frequent one in "
        f"{100 * f['most_frequent_findings_share']:.0f}% of the studies)",
    ]
    if "blank" in f:
        b = f["blank"]
        lines.append(f"- abnormal studies with the same text from the film and from its blanked copy: {b['same_text']} of "
                     f"{b['abnormal_studies_compared']} ({100 * b['same_text_share']:.1f}%)")
        lines.append(f"- most frequent text of a blanked copy: \"{b['most_frequent_text']}\"")
    lines += ["", "| measure | own film | 95% interval | shuffled films | constant report | own minus shuffled, 95% interval |",
              "|---|---|---|---|---|---|"]
    for key, name in (("label_micro_f1", f"micro F1, {f['labels_measured']} labels"),
                      ("label_macro_f1", f"macro F1, {f['labels_measured']} labels"), ("word_f1", "word F1")):
        v = f[key]
        own = span(v["own_95"]) if "own_95" in v else ""
        lines.append(f"| {name} | {v['own']:.3f} | {own} | {v['shuffled']:.3f} | {v['constant']:.3f} | {span(v['difference_95'])} |")
    lines += ["", "| label | positives | said | precision | recall | F1 | F1, shuffled films |", "|---|---|---|---|---|---|---|"]
    for name, v in sorted(f["labels"].items(), key=lambda kv: -kv[1]["positives"]):
        lines.append(f"| {name} | {v['positives']} | {v['said']} | {v['precision']:.2f} | {v['recall']:.2f} | {v['f1']:.2f} | "
                     f"{v['shuffled_f1']:.2f} |")
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------------------------------------------
# Manifest
# ---------------------------------------------------------------------------------------------------------------

def write_grey_png(path, size, rows):
    """An 8-bit grey PNG; `rows` are byte strings of length `size`."""
    raw = b"".join(b"\0" + bytes(row) for row in rows)

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def manifest(args):
    studies = read_studies(args.studies, args.split)
    base = os.path.dirname(os.path.abspath(args.studies))
    if args.blank:
        os.makedirs(args.blank, exist_ok=True)
    rows = 0
    with open(args.out, "w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["study_id", "image", "view", "indication", "comparison"])
        for s in studies:
            seen = set()
            for n, film in enumerate(s["images"]):
                if film["view"] in seen and not args.all_films:
                    continue
                seen.add(film["view"])
                path = os.path.join(base, film["file"])
                if args.blank:
                    path = os.path.join(os.path.abspath(args.blank), f"{s['study_id']}-{n}.png")
                    write_grey_png(path, 256, [bytes([args.level]) * 256] * 256)
                indication, comparison = ("", "") if args.no_text else (s.get("indication") or "", s.get("comparison") or "")
                writer.writerow([s["study_id"], path, film["view"], indication, comparison])
                rows += 1
    print(f"{args.out}: {rows} films of {len(studies)} studies")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)

    m = commands.add_parser("measure", help="compare written reports with the radiologists'")
    m.add_argument("--studies", required=True)
    m.add_argument("--split", default="val")
    m.add_argument("--reports", required=True, metavar="DIR", help="output folder of `slava-cxr report`")
    m.add_argument("--blank-reports", metavar="DIR", help="output folder for the blanked copies")
    m.add_argument("--json", metavar="FILE", help="write the figures here")
    m.add_argument("--markdown", metavar="FILE", help="write the table here")
    m.add_argument("--min-positives", type=int, default=8, help="a label is measured from this many positives on")
    m.add_argument("--shuffles", type=int, default=20)
    m.add_argument("--bootstraps", type=int, default=500)
    m.add_argument("--seed", type=int, default=1)
    m.set_defaults(run=measure)

    w = commands.add_parser("manifest", help="write the CSV that `slava-cxr report --manifest` reads")
    w.add_argument("--studies", required=True)
    w.add_argument("--split", default="val")
    w.add_argument("--out", required=True, metavar="FILE")
    w.add_argument("--blank", metavar="DIR", help="write constant grey copies there and name those")
    w.add_argument("--level", type=int, default=128, help="grey of the blanked copies, 0 to 255")
    w.add_argument("--all-films", action="store_true", help="all films of a study, not one frontal and one lateral")
    w.add_argument("--no-text", action="store_true", help="leave indication and comparison empty")
    w.set_defaults(run=manifest)

    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
