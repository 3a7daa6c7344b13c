#!/usr/bin/env python3
"""Turns the IU X-ray studies (and synthetic phantoms) into training data for the starter model.

In:   studies.jsonl of the IU X-ray folder, and optionally a folder of phantom studies in the same form.
Out:  train.json and val.json (LLaVA form, one item a study), corpus.txt (one target a line, for the tokenizer),
      labels.json (label names and their counts), small constant and noise films under blanks/.
Never: a study outside the splits train, extra and val, or a film that is mirrored.
"""

import argparse
import collections
import json
import math
import os
import random
import re
import struct
import sys
import zlib

import training_phrases

QUESTION = "Write a report of this chest examination."
CANNOT_ASSESS = "The film cannot be assessed."

# ---------------------------------------------------------------------------------------------------------------
# Labels
# ---------------------------------------------------------------------------------------------------------------

SIDES = ("left", "right", "bilateral")
ZONES = (
    "base", "apex", "upper lobe", "middle lobe", "lower lobe", "lingula", "hilum", "mediastinum",
    "thoracic vertebrae", "lumbar vertebrae", "cervical vertebrae", "spine", "ribs", "clavicle", "shoulder",
    "humerus", "abdomen", "aorta", "lymph nodes", "interstitial", "diffuse", "multiple", "scattered", "pleura",
    "costophrenic angle", "trachea", "fissure",
)
# MeSH heads that name the same thing on a film.
SAME_HEAD = {
    "Aorta, Thoracic": "Aorta",
    "Pulmonary Emphysema": "Emphysema",
    "Cardiac Shadow": "Cardiac Shadow",
    "Spondylosis": "Spine",
    "Thoracic Vertebrae": "Spine",
    "Lumbar Vertebrae": "Spine",
    "Arthritis": "Spine",
    "Osteophyte": "Spine",
    "Medical Device": "Implanted Medical Device",
    "Granuloma": "Granuloma",
}

# Findings that several MeSH terms describe; matched on the whole lower-case term.
GROUPS = {
    "any calcification of the aorta": r"^(calcinosis|atherosclerosis)/.*aorta|^atherosclerosis",
    "any calcified lymph node": r"^calcinosis/.*(lymph|hilum|mediastinum)",
    "any granuloma": r"granuloma",
    "any spine degeneration": r"(vertebrae|spine).*(degenerative|osteophyte)|^(spondylosis|osteophyte|arthritis)",
    "any vertebral deformity": r"^(deformity|fractures, bone)/.*vertebrae",
    "any fracture": r"^fractures, bone",
    "any rib fracture": r"^fractures, bone/ribs|^deformity/ribs",
    "any enlarged heart": r"^cardiomegaly|^cardiac shadow/enlarged",
    "any definite enlarged heart": r"^cardiomegaly(?!/borderline)",
    "any opacity": r"^(opacity|airspace disease|infiltrate|consolidation|pneumonia|pulmonary atelectasis|"
                   r"density)",
    "any airspace disease": r"^(airspace disease|infiltrate|consolidation|pneumonia)",
    "any basal opacity": r"^(opacity|airspace disease|infiltrate|consolidation|pneumonia|pulmonary atelectasis)"
                         r".*(base|lower lobe)",
    "any left basal opacity": r"^(opacity|airspace disease|infiltrate|consolidation|pneumonia|pulmonary "
                              r"atelectasis).*(base|lower lobe)/(left|bilateral)",
    "any right basal opacity": r"^(opacity|airspace disease|infiltrate|consolidation|pneumonia|pulmonary "
                               r"atelectasis).*(base|lower lobe)/(right|bilateral)",
    "any effusion left": r"^pleural effusion/(left|bilateral)",
    "any effusion right": r"^pleural effusion/(right|bilateral)",
    "any effusion or blunting": r"^pleural effusion|^costophrenic angle",
    "any hyperinflation": r"^lung/hyperdistention|emphysema|obstructive|^lung, hyperlucent|^diaphragm.*flattened",
    "any congestion": r"congestion|edema|^blood vessels|^pulmonary artery",
    "any interstitial marking": r"^markings|interstitial|fibrosis",
    "any scar": r"^cicatrix|^thickening/pleura",
    "any lung lesion": r"^nodule|^mass|granuloma|^density.*round",
    "any hardware": r"^(catheters|implanted|medical device|surgical instruments|stents|tube|sutures|spinal "
                    r"fusion|heart valve|foreign bodies)",
    "any line or tube": r"^(catheters|tube)",
    "any sternotomy": r"sternum|coronary|^surgical instruments/mediastinum|^heart valve",
    "any abdominal clip": r"^surgical instruments/abdomen",
    "any raised diaphragm": r"^diaphragm.*(elevated)|eventration",
    "any scoliosis": r"^scoliosis",
    "any kyphosis": r"^kyphosis",
    "any osteopenia": r"^bone diseases, metabolic|osteopor",
    "any hernia": r"^hernia",
    "any pleural thickening": r"^thickening/pleura",
}


def mesh_labels(mesh):
    """Names of everything that a `mesh` field says, general and qualified; None where nothing was indexed."""
    terms = [t.strip() for t in mesh.split(";") if t.strip()]
    if not terms or any(t.lower().startswith("no indexing") for t in terms):
        return None
    found = set()
    for term in terms:
        parts = [p.strip() for p in term.split("/")]
        head = SAME_HEAD.get(parts[0], parts[0])
        if head.lower() == "normal":
            continue
        words = [p.lower() for p in parts[1:]]
        if parts[0] in ("Thoracic Vertebrae", "Lumbar Vertebrae"):
            words.append(parts[0].lower())
        if parts[0] in ("Spondylosis", "Osteophyte", "Arthritis"):
            words.append("degenerative")
        found.add(head)
        sides = [w for w in words if w in SIDES]
        zones = [w for w in words if w in ZONES]
        for kind in words:
            if kind not in ("left", "right"):
                found.add(f"{head}/{kind}")
        # A bilateral finding is on either side as well.
        either = [s for side in sides for s in (("left", "right") if side == "bilateral" else (side,))]
        for side in either:
            found.add(f"{head}/on the {side}")
            for zone in zones:
                found.add(f"{head}/{zone}/on the {side}")
    lowered = [t.lower() for t in terms]
    for name, pattern in GROUPS.items():
        if any(re.search(pattern, t) for t in lowered):
            found.add(name)
    return found


# ---------------------------------------------------------------------------------------------------------------
# Targets: what a report may say of this film alone
# ---------------------------------------------------------------------------------------------------------------

MARK = r"[\[(]?\bX{2,}\w*\b[\])]?"

# De-identification took out whole words. These come back safely, because only one word fits; a sentence with any
# mark left is dropped.
REPAIRS = [(re.compile(p, re.I), r) for p, r in [
    (r"\bx-X{2,}", "x-ray"),
    (r"\b(costophrenic) " + MARK + r"(?= (are|were|appear|remain|bilaterally))", r"\1 angles"),
    (r"\b(costophrenic) " + MARK, r"\1 angle"),
    (r"\b(cardiophrenic) " + MARK, r"\1 angle"),
    (r"\blymph " + MARK, "lymph nodes"),
    (r"\bno " + MARK + r" of\b", "no evidence of"),
    (r"\bno (" + MARK + r" )+(?=(focal|acute|large|pleural|pulmonary|infiltrate|airspace|consolidation|suspicious|"
     r"abnormal|active|definite|lung|bony|displaced))", "no "),
    (r"\b(?:" + MARK + r" )?sternotomy " + MARK, "sternotomy wires"),
    (MARK + r" sternotomy", "sternotomy"),
    (r"\b(mild|moderate|severe|slight|anterior|wedge|chronic|old|multiple) " + MARK + r" (deformit\w+|fractures?)",
     r"\1 \2"),
    (r"\blung " + MARK + r"(?= (are|is|appear))", "lung fields"),
    (r"\b(clear|both) (right |left )?lung " + MARK, r"\1 \2lung"),
    (r"\bbowel " + MARK + r" pattern", "bowel gas pattern"),
    (r"\baortic " + MARK, "aortic knob"),
    (r"\bmost " + MARK + r" (represent\w*|due|related|reflect\w*|secondary)", r"most likely \1"),
    (r"(?<=[a-z,]) " + MARK + r" (represent(?:s|ing)|reflect(?:s|ing)|secondary to|due to|related to|subsegmental|"
     r"atelectasis|scarring)", r" likely \1"),
    (r"\b(scattered|basilar|bibasilar|minimal|mild|left|right|are|few) " + MARK + r" (opacit\w+|left|right|bibasilar|"
     r"basilar|atelecta\w+|scarring)", r"\1 \2"),
    (r"\bfat " + MARK, "fat pad"),
    (r"\bheart " + MARK + r" (is|within|are|appears)", r"heart size \1"),
    (r"\bheart,? pulmonary " + MARK + r",? and mediastinum", "heart and mediastinum"),
    (r"\bheart and pulmonary " + MARK + r" (?:are|appear)\b", "heart is"),
    (r"^" + MARK + r" and soft tissues", "soft tissues"),
    (r"\bvasculature and " + MARK + r" are", "vasculature is"),
    (r"\b(calcified (?:\w+ )?hilar) " + MARK + r"(?=[.,]| and)", r"\1 lymph nodes"),
    (r"\b(are|is) (?:noted )?in " + MARK + r"(?=[.,]|$| and)", r"\1 in place"),
    (r"\b(scattered|few) " + MARK + r" of\b", r"\1 areas of"),
    (r"\bcardiac " + MARK + r" generator", "cardiac pacemaker generator"),
    (r"\b(opacit\w+|densit\w+|calcifications|markings|which|changes|nodules?|findings?) " + MARK + r" (represent|reflect|indicate|"
     r"due)\b", r"\1 likely \2"),
    # One or two marks before a noun or a side: an adjective ("linear", "streaky", "compression") is gone.
    (r"(^|\b(?:are|is|no|of|in|a|the|and|few|with|some|mild|stable|patchy|thoracic|multiple|increased|probable|multilevel) )"
     r"(?:" + MARK + r" ){1,2}(?=(?:opacit|densit|deformit|interstitial|airspace|right|left|bilateral|scarring|atelecta|nodul|infiltrat|"
     r"alveolar|bibasilar|granuloma|calcif|curvature|residual|pulmonary opac|curvilinear|t-spine|pleural|osteophyte|"
     r"pneumothora|fractur|effusion|degener|cardiomeg|elevat))", r"\1"),
    (r"\bheart " + MARK + r", mediastinum, (?:" + MARK + r", )?bony structures and lung fields are",
     "heart, mediastinum, bony structures and lungs are"),
]]

# Words before which "prior" or "previous" tells of the patient's body rather than of an earlier film.
BODY_HISTORY = (r"(?:granulomatous|granuloma\w*|tuberculosis|tb|histoplasmosis|infect\w+|inflamm\w+|fractur\w+|trauma\w*|rib|"
                r"injury)")
SURGERY = (r"(?:\w+ ){0,2}(?:thoracotomy|cabg|cholecystectomy|surgery|surgeries|sternotomy|resection|bypass|lobectomy|"
           r"mastectomy|vertebroplasty|surgical|granulomas?|fusion|valve|median)")

REWRITES = [(re.compile(p, re.I), r) for p, r in [
    (r"<br ?/?>", " "),
    (r"\b(prior|previous|remote)(?= " + BODY_HISTORY + r"\b)", "old"),
    (r"\b(prior|previous|remote|interval) (?=" + SURGERY + r"\b)", ""),
    # "No new infiltrate" says less than the film shows: there is none.
    (r"\b(no|without|negative for)( (?:evidence of|definite|significant|radiographic evidence of))? (?:new|interval|"
     r"recent|significant interval|new or acute|acute or new) (?!change)", r"\1\2 "),
    (r"^(?:again (?:noted|seen|demonstrated|identified|visualized)|redemonstrated|re-?demonstration|there (?:is|are) "
     r"(?:again|redemonstration))(?: of)?(?: (is|are))? ", ""),
    (r"\b(is|are) (?:once )?again (noted|seen|demonstrated|identified|visualized|evident|present)", r"\1 \2"),
    (r"\b(is|are) again (?=\w)", r"\1 "),
    (r",? (?:is |are )?again (?:noted|seen|demonstrated|identified)", " noted"),
    (r"\b(is|are) redemonstrated", r"\1 seen"),
    (r"\bcontinued (?=elevation|enlargement|cardiomegaly|hyper\w+|low )", ""),
    (r"\bremains\b", "is"), (r"\bremain\b", "are"),
    (r"\bpersistently ", ""),
    (r", (?:and )?(?:stable|unchanged) (?:cardio-?)?mediastinal(?: and (?:hilar|cardiac))? contours?", ""),
    (r"^(?:stable|unchanged) cardio-?mediastinal (?:silhouette|contours?) with (?=\w)", ""),
    (r"^(?:there is )?no (?:significant |interval |substantial )*change in (?:the |a |appearance of (?:the )?)?(?=(?:\w+ ){0,4}(?:"
     r"calcif\w+|granulo\w+|nodul\w+|scar\w*|opacit\w+|cardiomegaly|effusions?|elevat\w+|atelecta\w+))", ""),
    # A trailing remark on the course.
    (r",? (?:and |but |which (?:is|are|appears?) )?(?:is |are |appears? )?(?:grossly |relatively |overall |essentially |"
     r"largely )?(?:stable|unchanged|similar|not significantly changed|not changed)(?: in (?:appearance|size|position|"
     r"configuration|size and appearance|size and contour))?(?: (?:as )?(?:compared|in comparison|when compared|from|since|"
     r"to|with)\b[^.;]*)?(?=[.;]|$)", "\x00"),
    (r",? (?:without|with no) (?:significant |substantial )?(?:interval )?change(?: [^.,;]*)?(?=[.,;]|$)", ""),
    (r"^(?:grossly |relatively |overall )?(?:stable|unchanged|persistent|redemonstrated|chronic stable|stable chronic|"
     r"persistent stable),? (?=(?:\w+ ){0,5}(?:cardiomegaly|enlarge\w+|elevat\w+|calcifi\w+|granulom\w*|scar\w*|atelecta\w+|"
     r"opacit\w+|effusions?|emphysema\w*|hyper\w+|degenerat\w+|tortuo\w+|scolio\w+|kypho\w+|nodul\w*|fibro\w+|deformit\w+|"
     r"thicken\w+|sternotomy|picc|catheter|port|pacemaker|interstitial|prominen\w+|blunting|ecta\w+|hernia|mass\w*|"
     r"volume|eventration|copd|fractur\w+|osteo\w+|postop\w*|postsurg\w*|bullet|consolid\w+|airspace|infiltrat\w+))", ""),
    (r"\b(with|and|by|is|are|has|mild|a|of|of the) (?:a )?(?:stable|unchanged|persistent) (?=(?:\w+ ){0,4}(?:cardiomegaly|"
     r"enlarge\w+|elevat\w+|calcifi\w+|granulom\w*|scar\w*|atelecta\w+|opacit\w+|effusions?|emphysema\w*|hyper\w+|"
     r"degenerat\w+|tortuo\w+|scolio\w+|nodul\w*|fibro\w+|deformit\w+|thicken\w+|postop\w*|postsurg\w*))", r"\1 "),
    (r"\bstable and (?=(?:within|normal|unremarkable|mildly|enlarged))", ""),
    (r",? and stable(?=[.,;]|$)", ""),
    # Advice behind a finding: the finding stays.
    (r"(?:,|;| -|\.)? (?:and |however |therefore |for which )?(?:\w+ )?(?:recommend|suggest (?:follow|clinical|ct|further)|"
     r"follow-?\s?up (?:is|to|recommended|suggested)|please correlate|correlate |clinical correlation|correlation "
     r"(?:is|with))[^.;]*(?=[.;]|$)", "\x00"),
    (r",? ?(?:as )?(?:described|discussed|noted|detailed|seen|above-described|mentioned) (?:above|below)", ""),
    (r",? (?:for|given) (?:the )?(?:patient'?s? ?|stated )?age\b", ""),
    (r"^(?:frontal|pa|ap|two|2)[^.;]*?\b(?:views?|radiographs?|images?)\b(?: of the chest)?(?: with [^.;]*?)? (?:show|demonstrate|reveal)s?(?: "
     r"that)?:? ", ""),
    (r"^(?:chest|impression|findings|heart and lungs)\s*:\s*", ""),
    (r"^(?:chest|comparison)\. ", ""),
    # The size in figures is not for a model that sees 256 pixels.
    (r",? ?\(?(?:of )?(?:measur\w+|approximately|about|roughly|up to|estimated(?: at)?)?\s*(?:approximately |about |up to )?\d+(?:\.\d+)?"
     r"(?: ?(?:x|by) ?\d+(?:\.\d+)?)* ?-?(?:mm|cm|millimeters?|centimeters?)\b(?: in (?:diameter|size|"
     r"(?:greatest|maximum) \w+|thickness|length))?\)?,?", " "),
    (r"\bknown (?=\w)", ""),
    (r",? given [^.;]*(?=[.;]|$)", ""),
    (r"\bhemi-diaphragm", "hemidiaphragm"),
]]

# Reason -> pattern; a sentence that matches after the rewriting is dropped, and the reason counted.
DROPS = [(reason, re.compile(p, re.I)) for reason, p in [
    ("de-identification mark", r"X{2,}|_{3,}"),
    ("other examination", r"\b(ct|cta|cat scan|mri?|mr|pet|ultraso\w+|sonogra\w+|echocardio\w*|mammogra\w+|tomogra\w+|scan|scans|"
                          r"esophagra\w+|fluoro\w+|dexa|bone survey|angiogra\w+)\b"),
    ("other body part", r"\b(knees?|hips?|femur|femoral|tibia\w*|fibula\w*|ankles?|foot|feet|toes?|patell\w+|sacr\w+|wrists?|elbows?|"
                        r"fingers?|hand|hands|pelvi\w+|skull|sinus(?!es are clear)|compartments?|disc spaces?|cervical)\b"),
    ("comparison with an earlier film", r"\b(unchanged|stable|stability|interval|interim|again|prior|previous\w*|compar\w+|new|newly|"
                                        r"worsen\w*|worse(?! on| in| at)|since|improv\w+|persist\w*|resol[uv]\w+|redemonstrat\w+|remain|"
                                        r"remains|earlier|develop\w*|progress\w*|increasing|decreasing|clear(?:ed|ing)|recent\w*|now|"
                                        r"formerly|last|old (?:films?|exams?|studies)|evol\w+|continu\w+|removed|removal|"
                                        r"placement|placed|not (?:significantly )?changed|no (?:significant )?change\b|has changed|"
                                        r"has (?:increased|decreased)|have (?:increased|decreased)|become|became|no longer|"
                                        r"re-?demonstrat\w+|changed|similar|today'?s?|baseline)\b|"
                                        r"\b(?:increased?|decreased?|larger|smaller|enlarging)[^.]*\b(?:from|since|than)\b|"
                                        r"\b(?:increase|decrease)\b|increased in (?:size|number)|decreased in (?:size|number)|"
                                        r"appears? (?:\w+ )?(?:smaller|larger|bigger)"),
    ("advice", r"\b(recommend\w*|suggest(?:ed)? (?:follow|clinical|ct|further)|follow-?\s?up|followed|correlat\w+|consider(?!ed)\b|should be|"
               r"would be|could be (?:obtained|performed)|further (?:evaluation|imaging|work|character\w+|assessment|eval)|warranted|"
               r"helpful|advised|please|if (?:clinical\w*|there|the|patient|symptom\w*|indicated|needed|desired|concern\w*|"
               r"available|this)|dedicated|repeat|is indicated|are indicated|may be indicated|retract\w+|advance\w* the)\b"),
    ("history or clinical remark", r"\b(history|hx|patient'?s?|clinical\w*|symptom\w*|pain|tender\w*|therapy|treatment|year-old|known|"
                                   r"given|setting of|complain\w*|smok\w+|h/o|malignancy workup|physical exam\w*)\b"),
    ("communication", r"\b(dr|doctor|discuss\w*|notif\w+|telephone\w*|phone|called|communicat\w*|convey\w*|physician|department|"
                      r"critical result\w*|veriphy|dictat\w+|transcri\w+|faxed|signed|i have|i personally|resident|er|primordial|report\w*)\b"),
    ("technique or view", r"\b(views? (?:were|was|are|is)|(?:frontal|pa|ap|lateral) (?:and lateral )?views?\b[^.]*(?:obtained|submitted|"
                          r"performed|provided|available|chest)?$|portable|images? (?:were|was|submitted|obtained)|no comparison|comparisons?|"
                          r"exam: |date: |a\.m|p\.m|nipple markers?|repeat)\b"),
]]

ABBREVIATION_END = re.compile(r"\b(?:dr|mr|mrs|ms|vs|approx|e\.g|i\.e|etc|no|fig)\.$", re.I)


def split_sentences(text):
    """Sentences of a section, list numbering gone."""
    text = re.sub(r"<br ?/?>", ". ", text, flags=re.I)
    text = re.sub(r"\s+", " ", text).strip()
    # Numbering: "1. ", "2) ", also glued to the sentence behind it.
    text = re.sub(r"(?:(?<=^)|(?<=[.;:?!\s]))\(?\d{1,2}[.)]\s*(?=[A-Za-z])", " \x01 ", text)
    text = re.sub(r"(?<=[a-z\])])\.(?=[A-Z][a-z])", ". ", text)
    parts = []
    for piece in text.split("\x01"):
        for s in re.split(r"(?<=[.!?;])\s+", piece):
            s = s.strip()
            if not s:
                continue
            if parts and ABBREVIATION_END.search(parts[-1]):
                parts[-1] += " " + s
            else:
                parts.append(s)
    return parts


def tidy(sentence):
    """One sentence with spaces, case and a full stop in order; empty where nothing is left."""
    s = re.sub(r"\s+", " ", sentence)
    s = re.sub(r"\b\d+ ?-(?=\s|$)|\(\s*\)", "", s)
    s = re.sub(r"\s+([,.;:])", r"\1", s)
    s = re.sub(r"\s+", " ", s)
    s = re.sub(r"^[\s,.;:\-\u2013*]+|[\s,.;:\-\u2013*]+$", "", s)
    s = re.sub(r"^(?:and|but|however|otherwise|also|additionally|there is noted|note is made of),? ", "", s, flags=re.I)
    s = re.sub(r"\b(\w+) \1\b", r"\1", s)
    s = re.sub(r"\b(is|are) (is|are)\b", r"\1", s)
    s = re.sub(r"\ba (?=[aeio]\w)", "an ", s)
    s = s.strip(" ,.;:-")
    if len(re.findall(r"[A-Za-z]{2,}", s)) < 2 and s.lower() not in ("cardiomegaly", "emphysema", "copd", "scoliosis", "kyphosis",
                                                                 "osteopenia", "sternotomy", "hyperinflation"):
        return ""
    letters = [c for c in s if c.isalpha()]
    if letters and sum(c.isupper() for c in letters) > 0.6 * len(letters) and len(letters) > 12:
        s = s.lower()
    # Capitals inside a sentence that merely began a clause.
    return s[0].upper() + s[1:] + "."


NEUTRAL = re.compile(
    r"^(?:the )?(?:(?:heart|cardiac|cardio-?mediastinal|mediastin\w+|hilar|hila|silhouette|contours?|size|chest|lungs?|"
    r"appearance|exam\w*|study|radiographs?|pulmonary|vascul\w+|and|the|of|in|is|are|appears?|findings|bony|osseous|"
    r"structures|thorax|position|tubes?|lines?|are|visualized|aort\w+|disease|cardiopulmonary|body|wall|tissues?|soft|"
    r"ray|x-ray|spine|thoracic|noted|seen|right|left|hemidiaphragm|trachea|this|which|it|these)\s*)+\.?$", re.I)


def clean_section(text, counts, kept_examples=None):
    """The sentences of one section that this film alone can support."""
    out = []
    seen = set()
    for raw in split_sentences(text):
        counts["sentences in"] += 1
        s = raw
        for pattern, replacement in REPAIRS:
            s = pattern.sub(replacement, s)
        if s != raw:
            counts["repaired"] += 1
        before = s
        for pattern, replacement in REWRITES:
            s = pattern.sub(replacement, s)
        # The remark on the course was the sentence's whole point: "The mediastinum is stable."
        cut = "\x00" in s
        s = s.replace("\x00", "")
        if cut and NEUTRAL.match(s.strip(" ,.;")):
            counts["dropped: comparison with an earlier film"] += 1
            continue
        reason = next((r for r, p in DROPS if p.search(s)), None)
        if reason:
            counts["dropped: " + reason] += 1
            if kept_examples is not None:
                kept_examples.append((reason, raw, s))
            continue
        s2 = tidy(s)
        if not s2:
            counts["dropped: nothing left"] += 1
            continue
        if before.strip(" .") != s.strip(" .") and kept_examples is not None:
            kept_examples.append(("REWRITTEN", raw, s2))
        if before.strip(" .") != s.strip(" ."):
            counts["rewritten"] += 1
        key = re.sub(r"[^a-z0-9]+", " ", s2.lower())
        if key in seen:
            counts["dropped: said twice"] += 1
            continue
        seen.add(key)
        out.append(s2)
        counts["sentences out"] += 1
    return out


# ---------------------------------------------------------------------------------------------------------------
# From sections to a target
# ---------------------------------------------------------------------------------------------------------------

SUMMARY = re.compile(
    r"^(?:no (?:radiographic |x-ray |plain film )?(?:evidence (?:of|for) )?(?:an )?(?:acute|active)\b|normal chest|normal (?:x-ray|study|exam)|"
    r"negative (?:chest|for acute)|clear chest|no (?:acute )?(?:disease|abnormalit\w+|finding\w*)|unremarkable (?:chest|exam)|"
    r"(?:essentially )?negative chest|chest radiograph|no significant (?:abnormal|radiographic))", re.I)
NOTHING_ACUTE = "No acute cardiopulmonary abnormality."

ANATOMY = [
    ("lines", re.compile(r"catheter|picc|\bport\b|pacemaker|pacer|defibrillat|\btube\b|sternotomy|\bclips?\b|cabg|suture|stent|generator|"
                         r"\bleads?\b|wires|valve|hardware", re.I)),
    ("heart", re.compile(r"heart|cardiac|cardiomeg|cardio-?mediast|pericard", re.I)),
    ("mediastinum", re.compile(r"mediast|aort|hilar|hila\b|hilum|trachea|vascula", re.I)),
    ("bones", re.compile(r"bone|bony|osseous|skelet|spine|spinal|vertebra|rib\b|ribs\b|fractur|scolio|kypho|degenerat|osteo|spondyl|clavic|"
                         r"shoulder|humer|thoracic (?:cage|kyph)|sternum", re.I)),
    ("abdomen", re.compile(r"abdom|diaphragm|herni|bowel|gastric|stomach|quadrant", re.I)),
    ("pleura", re.compile(r"^(?:(?!lung|consolid|opac|infiltr|airspace|atelect|nodul|granul).)*(?:pleura|effusion|pneumothora|costophren)"
                          r"(?:(?!lung|consolid|opac|infiltr|airspace|atelect|nodul|granul).)*$", re.I)),
    ("lungs", re.compile(r"lung|pulmon|consolid|opac|infiltr|airspace|atelect|nodul|granul|emphys|copd|lobe|basilar|effusion|pneumo|pleura",
                         re.I)),
]
ORDER = ("heart", "mediastinum", "lungs", "pleura", "abdomen", "bones", "lines", "other")


def in_anatomical_order(sentences):
    """Heart, mediastinum, lungs, pleura, abdomen, bones, lines: one order for all reports makes each place predictable.

    A sentence that names nothing ("This may represent a scar.") stays behind the one it followed.
    """
    groups = []
    for s in sentences:
        place = next((name for name, p in ANATOMY if p.search(s)), None)
        if groups and (place is None or re.match(r"(?:This|It|These|They|Which)\b", s)):
            groups[-1][1].append(s)
        else:
            groups.append((ORDER.index(place or "other"), [s]))
    return [s for _, group in sorted(groups, key=lambda g: g[0]) for s in group]


def affirms(sentence):
    return bool(training_phrases.positives_of_sentence(sentence.lower()))


def make_target(study, counts, order):
    """(findings, impression) sentences of a study; both empty where its text says nothing usable of this film."""
    findings = clean_section(study.get("findings") or "", counts)
    impression = clean_section(study.get("impression") or "", counts)
    if not findings and impression:
        counts["studies with an impression alone"] += 1
        findings = [s for s in impression if not SUMMARY.match(s)]
        impression = [s for s in impression if SUMMARY.match(s)]
    if findings and not impression:
        counts["impressions derived from the findings"] += 1
        impression = [s for s in findings if affirms(s)][:3]
        if not impression:
            labels = study.get("labels") or {}
            if labels.get("normal") == 0 and study.get("mesh", "").lower() != "normal":
                # Abnormal, yet the cleaning took what was abnormal: such a target would teach a false normal.
                counts["studies left without text: what was abnormal is gone"] += 1
                return [], []
            impression = [NOTHING_ACUTE]
    if not findings:
        return [], []
    said = training_phrases.positives_of_text(" ".join((study.get("findings") or "", study.get("impression") or "")))
    if said and not training_phrases.positives_of_text(" ".join(findings + impression)):
        counts["studies left without text: what was abnormal is gone"] += 1
        return [], []
    if order == "anatomy":
        findings = in_anatomical_order(findings)
    return findings, impression


def target_text(findings, impression):
    return f"FINDINGS: {' '.join(findings)} IMPRESSION: {' '.join(impression)}"


# ---------------------------------------------------------------------------------------------------------------
# Films
# ---------------------------------------------------------------------------------------------------------------

def film_sets(images, every):
    """Lists of (view, file), at most one frontal and one lateral each; only the first unless `every`."""
    frontal = [i["file"] for i in images if i.get("view") != "lateral"]
    lateral = [i["file"] for i in images if i.get("view") == "lateral"]
    sets = []
    for n in range(max(len(frontal), len(lateral))):
        pair = []
        if frontal:
            pair.append(("frontal", frontal[n % len(frontal)]))
        if lateral:
            pair.append(("lateral", lateral[n % len(lateral)]))
        sets.append(pair)
    return sets if every else sets[:1]


def write_grey_png(path, size, rows):
    """An 8-bit grey PNG; `rows` are byte strings of length `size`."""
    raw = b"".join(b"\0" + bytes(row) for row in rows)

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def write_blanks(folder, count, seed, size=256):
    """`count` films without a patient: constant, white noise, coarse noise, gradient, one bright square. Their paths."""
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(seed)
    paths = []
    for n in range(count):
        kind = ("constant", "noise", "gradient", "coarse", "square")[(0, 0, 1, 2, 3, 4)[n % 6]]
        level = rng.randrange(256)
        if kind == "constant":
            level = (0, 255, 128)[n // 6 % 3] if n % 12 == 0 else level
            rows = [bytes([level]) * size] * size
        elif kind == "noise":
            spread = rng.choice((4, 20, 60))
            rows = [bytes(min(255, max(0, int(rng.gauss(level, spread)))) for _ in range(size)) for _ in range(size)]
        elif kind == "gradient":
            a, b, c = (rng.uniform(-1, 1) for _ in range(3))
            rows = [bytes(min(255, max(0, int(127 + 120 * (a * (x / size - .5) + b * (y / size - .5)) + 60 * c)))
                          for x in range(size)) for y in range(size)]
        elif kind == "coarse":
            cell = rng.choice((8, 16, 32))
            grid = [[rng.randrange(256) for _ in range(size // cell)] for _ in range(size // cell)]
            rows = [bytes(grid[y // cell][x // cell] for x in range(size)) for y in range(size)]
        else:
            x0, y0, w = rng.randrange(160), rng.randrange(160), rng.randrange(24, 96)
            inside = rng.randrange(256)
            rows = [bytes(inside if x0 <= x < x0 + w and y0 <= y < y0 + w else level for x in range(size)) for y in range(size)]
        path = os.path.join(folder, f"blank-{n:03d}-{kind}.png")
        write_grey_png(path, size, rows)
        paths.append(path)
    return paths


# ---------------------------------------------------------------------------------------------------------------
# Items
# ---------------------------------------------------------------------------------------------------------------

def read_studies(path):
    try:
        with open(path, encoding="utf-8") as f:
            studies = []
            for number, line in enumerate(f, 1):
                if not line.strip():
                    continue
                try:
                    studies.append(json.loads(line))
                except json.JSONDecodeError as e:
                    sys.exit(f"{path}:{number}: expected one JSON object a line, found: {e}. Fetch the file again.")
            return studies
    except OSError as e:
        sys.exit(f"{path}: expected the studies file, found: {e.strerror}. Name it with --studies.")


def all_labels(study):
    """(names of positives, known kinds) of one study, over the given, the MeSH and the text labels."""
    positives = set()
    known = set()
    mesh = mesh_labels(study.get("mesh") or "") if study.get("mesh") else None
    if mesh is not None:
        known.add("mesh")
        positives |= {"mesh: " + m for m in mesh}
        if study.get("labels"):
            known.add("given")
            positives |= {k for k, v in study["labels"].items() if v == 1}
    elif not study.get("mesh") and study.get("labels"):
        known.add("given")
        positives |= {k for k, v in study["labels"].items() if v == 1}
    text = " ".join((study.get("findings") or "", study.get("impression") or ""))
    if text.strip():
        known.add("text")
        positives |= {"text: " + m for m in training_phrases.positives_of_text(text)}
    return positives, known


def kind_of(label):
    return label.split(": ")[0] if ": " in label else "given"


def sampling_weight(positives, share, strength, ceiling):
    """How much more often than a normal study one with these findings is drawn."""
    if not positives:
        return 1.0
    rarest = min(share[p] for p in positives)
    return round(min(ceiling, max(1.0, strength * math.sqrt(0.25 / max(rarest, 1e-6)))), 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", required=True, help="studies.jsonl of the IU X-ray folder")
    parser.add_argument("--phantoms", action="append", default=[], metavar="DIR",
                        help="folder with a studies.jsonl of synthetic studies in the same form (repeatable)")
    parser.add_argument("--out", required=True, metavar="DIR", help="where the data is written")
    parser.add_argument("--image-root", default="", help="write image paths relative to this folder (default: absolute)")
    parser.add_argument("--min-positives", type=int, default=15, help="a label needs this many in train and extra")
    parser.add_argument("--blanks", type=int, default=60, help="films without a patient in train (0: none)")
    parser.add_argument("--single-view", type=float, default=0.10, help="share of two-view studies also given as frontal only")
    parser.add_argument("--order", choices=("anatomy", "as-is"), default="anatomy", help="order of the findings")
    parser.add_argument("--weight-strength", type=float, default=1.0)
    parser.add_argument("--weight-ceiling", type=float, default=4.0)
    parser.add_argument("--phantom-weight", type=float, default=0.6, help="factor on the sampling weight of a phantom")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    rng = random.Random(args.seed)
    counts = collections.Counter()
    sources = [(args.studies, read_studies(args.studies), False)]
    for folder in args.phantoms:
        path = os.path.join(folder, "studies.jsonl")
        sources.append((path, read_studies(path), True))

    def image_path(base, file):
        path = os.path.abspath(file if os.path.isabs(file) else os.path.join(base, file))
        return os.path.relpath(path, args.image_root) if args.image_root else path

    prepared = []  # (study, base, split, phantom, findings, impression, positives, known)
    for path, studies, phantom in sources:
        base = os.path.dirname(os.path.abspath(path))
        for study in studies:
            split = "train" if phantom else study.get("split")
            if split not in ("train", "extra", "val"):
                counts["studies outside train, extra and val"] += 1
                continue
            if not study.get("images"):
                counts["studies without films"] += 1
                continue
            split = "val" if split == "val" else "train"
            scratch = counts if split == "train" else collections.Counter()
            if phantom:
                scratch = collections.Counter()
            findings, impression = make_target(study, scratch, args.order)
            if split == "val" and not findings:
                # A reference is never dropped: as clean as it gets, or else as it was written.
                sections = [study.get("findings") or "", study.get("impression") or ""]
                findings, impression = (clean_section(t, scratch) or [s for s in map(tidy, split_sentences(t)) if s] for t in sections)
                findings = findings or impression
                impression = impression or findings
            positives, known = all_labels(study)
            counts[f"studies: {'phantom' if phantom else split}"] += 1
            prepared.append((study, base, split, phantom, findings, impression, positives, known))

    train = [p for p in prepared if p[2] == "train" and not p[3]]
    label_counts = collections.Counter(l for p in train for l in p[6])
    names = sorted(l for l, n in label_counts.items() if n >= args.min_positives)
    said = collections.Counter()
    for p in train:
        said.update(training_phrases.positives_of_text(" ".join(p[4] + p[5])))
    share = {k: said[k] / max(1, len(train)) for k in training_phrases.PHRASES}

    def item(study_id, base, films, findings, impression, labels, weight, reference=""):
        value = {"id": study_id, "image": [image_path(base, f) for _, f in films], "views": [v for v, _ in films]}
        if findings:
            value["conversations"] = [
                {"from": "human", "value": "<image>\n" * len(films) + QUESTION},
                {"from": "gpt", "value": target_text(findings, impression)}]
        if reference:
            value["reference"] = reference
        value["labels"] = labels
        value["weight"] = round(weight, 3)
        return value

    result = {"train": [], "val": []}
    for study, base, split, phantom, findings, impression, positives, known in prepared:
        labels = {n: int(n in positives) for n in names if kind_of(n) in known}
        if phantom:
            # A phantom's text tells all that was drawn; its MeSH kinds stay unknown.
            given = study.get("labels") or {}
            labels = {n: int(given[n]) for n in names if n in given}
            labels.update({n: int(n in positives) for n in names if kind_of(n) == "text"})
        weight = sampling_weight(training_phrases.positives_of_text(" ".join(findings + impression)), share,
                                 args.weight_strength, args.weight_ceiling) * (args.phantom_weight if phantom else 1.0)
        # What the report says of this study, cleaned or not: recognition learns from all of it.
        written = [(study.get(s) or "").strip() for s in ("findings", "impression")]
        reference = target_text([written[0]], [written[1]]) if any(written) else ""
        sets = film_sets(study["images"], every=split == "train")
        for n, films in enumerate(sets):
            name = study["study_id"] + (f"-{n + 1}" if n else "")
            result[split].append(item(name, base, films, findings, impression, labels, weight / len(sets), reference))
        if not findings:
            counts[f"{split} studies without text (labels alone)"] += 1
        if split == "train" and findings and len(sets[0]) == 2 and rng.random() < args.single_view:
            result[split].append(item(study["study_id"] + "-frontal", base, sets[0][:1], findings, impression, {}, weight,
                                      reference))
            counts["items with the frontal film alone, added"] += 1

    os.makedirs(args.out, exist_ok=True)
    if args.blanks:
        blanks = write_blanks(os.path.join(args.out, "blanks"), args.blanks, args.seed)
        for n, path in enumerate(blanks):
            films = [("frontal", path)]
            if n % 3 != 1:
                films.append(("lateral", blanks[rng.randrange(len(blanks))] if n % 3 else path))
            result["train"].append(item(f"blank-{n:03d}", "/", films, [CANNOT_ASSESS], [CANNOT_ASSESS], {}, 1.0))
        counts["items without a patient"] += len(blanks)

    for split, items in result.items():
        with open(os.path.join(args.out, split + ".json"), "w", encoding="utf-8") as f:
            json.dump(items, f, ensure_ascii=False, indent=0)
    corpus = sorted({i["conversations"][1]["value"] for i in result["train"] if "conversations" in i})
    with open(os.path.join(args.out, "corpus.txt"), "w", encoding="utf-8") as f:
        f.write("".join(line + "\n" for line in corpus))
    with open(os.path.join(args.out, "labels.json"), "w", encoding="utf-8") as f:
        json.dump({n: label_counts[n] for n in names}, f, indent=1)

    with_text = sum("conversations" in i for i in result["train"])
    print(f"train.json: {len(result['train'])} items, {with_text} with a report; val.json: {len(result['val'])} items; "
          f"{len(names)} labels; {len(corpus)} different targets")
    print("train and extra, sentence by sentence and study by study:")
    for name, number in sorted(counts.items(), key=lambda c: (-c[1], c[0])):
        print(f"  {number:6d}  {name}")


if __name__ == "__main__":
    main()
