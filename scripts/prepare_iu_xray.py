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
