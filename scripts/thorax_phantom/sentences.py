"""The words of a report on a phantom, in the manner of real reports.

In:  the facts of a film (family.py) and a random generator that picks among wordings.
Out: findings and impression; each says heart, mediastinum, lungs and pleura.
Never here: numbers of the phantom, images.
"""


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def chance(rng, p):
    return bool(rng.random() < p)


HEART = {
    "normal": [
        "The heart is normal in size.",
        "Heart size is normal.",
        "Heart size is within normal limits.",
        "The cardiac silhouette is normal in size.",
        "Normal heart size.",
        "The heart size is normal.",
    ],
    "mild": [
        "The heart is mildly enlarged.",
        "There is mild cardiomegaly.",
        "Mild cardiomegaly.",
        "The cardiac silhouette is mildly enlarged.",
    ],
    "moderate": [
        "The heart is enlarged.",
        "There is moderate cardiomegaly.",
        "Moderate cardiomegaly.",
        "The cardiac silhouette is enlarged.",
        "There is cardiomegaly.",
    ],
    "marked": [
        "The heart is markedly enlarged.",
        "There is severe cardiomegaly.",
        "Marked cardiomegaly.",
        "The cardiac silhouette is markedly enlarged.",
    ],
}
MEDIASTINUM = [
    "The mediastinum is unremarkable.",
    "Mediastinal contours are within normal limits.",
    "The mediastinal contours are normal.",
    "Normal mediastinal contours.",
    "The mediastinal silhouette is within normal limits.",
]
HEART_AND_MEDIASTINUM = [
    "The heart and mediastinum are normal in size and contour.",
    "The cardiomediastinal silhouette is within normal limits.",
    "Cardiomediastinal silhouette is normal in size and contour.",
    "Heart size and mediastinal contour are normal.",
]
TORTUOUS = [
    "The thoracic aorta is tortuous.",
    "The aorta is tortuous.",
    "There is tortuosity of the thoracic aorta.",
    "The aorta is tortuous and ectatic.",
]
CLEAR = [
    "The lungs are clear.",
    "Lungs are clear.",
    "The lungs are clear bilaterally.",
    "No focal airspace disease.",
    "There is no focal airspace consolidation.",
    "The lungs are free of focal airspace disease.",
    "No focal consolidation is seen.",
]
NO_OTHER_OPACITY = [
    "The lungs are otherwise clear.",
    "The remainder of the lungs is clear.",
    "No other focal airspace disease.",
    "The lungs otherwise appear clear.",
]
INFLATION = {
    "high": [
        "The lungs are hyperexpanded with flattened diaphragms.",
        "The lungs are hyperinflated with flattening of the hemidiaphragms.",
        "There is hyperinflation of the lungs with flattened diaphragms.",
        "The lungs are hyperexpanded.",
    ],
    "low": [
        "Lung volumes are low.",
        "The lungs are hypoinflated.",
        "There are low lung volumes.",
        "The lung volumes are low with mild crowding of the bronchovascular markings.",
    ],
}
OPACITY = [
    "There is airspace opacity in the {0}.",
    "There is a focal consolidation in the {0}.",
    "There is focal airspace disease in the {0}.",
    "Airspace consolidation is seen in the {0}.",
]
ATELECTASIS = {
    "right": [
        "There is linear atelectasis in the right lung base.",
        "Right basilar subsegmental atelectasis.",
        "There are streaky opacities in the right lung base, compatible with atelectasis.",
    ],
    "left": [
        "There is linear atelectasis in the left lung base.",
        "Left basilar subsegmental atelectasis.",
        "There are streaky opacities in the left lung base, compatible with atelectasis.",
    ],
    "bilateral": [
        "There is bibasilar atelectasis.",
        "Bibasilar subsegmental atelectasis.",
        "There are streaky opacities in both lung bases, compatible with atelectasis.",
    ],
}
NODULE = [
    "There is a {1} mm nodule in the {0}.",
    "There is a {1} mm nodular opacity in the {0}.",
    "A nodule of about {1} mm is seen in the {0}.",
]
GRANULOMA = [
    "There is a calcified granuloma in the {0} lung.",
    "Calcified granuloma is noted in the {0} lung.",
    "There is a small calcified nodule in the {0} lung, compatible with a granuloma.",
]
CONGESTION = [
    "There is pulmonary vascular congestion.",
    "The pulmonary vasculature is prominent.",
    "There is central vascular congestion with mildly increased interstitial markings.",
]
EFFUSION = {
    "right": [
        "There is a {0} right pleural effusion.",
        "{1} right pleural effusion.",
        "There is a {0} right-sided pleural effusion with blunting of the costophrenic angle.",
    ],
    "left": [
        "There is a {0} left pleural effusion.",
        "{1} left pleural effusion.",
        "There is a {0} left-sided pleural effusion with blunting of the costophrenic angle.",
    ],
    "bilateral": [
        "There are {0} bilateral pleural effusions.",
        "{1} bilateral pleural effusions.",
        "There are {0} bilateral pleural effusions with blunting of both costophrenic angles.",
    ],
}
PNEUMOTHORAX = [
    "There is a {1} {0} apical pneumothorax.",
    "There is a {1} {0} pneumothorax.",
    "{2} {0} apical pneumothorax is present.",
]
NO_PLEURA = [
    "There is no pleural effusion or pneumothorax.",
    "No pleural effusion or pneumothorax.",
    "No pneumothorax or pleural effusion.",
    "No pleural effusion or pneumothorax is seen.",
    "There is no pneumothorax or pleural effusion.",
]
NO_PNEUMOTHORAX = ["There is no pneumothorax.", "No pneumothorax.", "No pneumothorax is seen."]
NO_EFFUSION = [
    "There is no pleural effusion.",
    "No pleural effusion.",
    "No pleural effusion is seen.",
]
SCOLIOSIS = [
    "There is scoliosis of the thoracic spine.",
    "There is mild scoliosis of the thoracic spine.",
]
BONES = [
    "The bony structures are intact.",
    "No acute bony abnormality.",
    "The osseous structures are intact.",
    "Visualized osseous structures are unremarkable.",
    "No acute osseous abnormality.",
]
PACEMAKER = [
    "There is a left-sided pacemaker with leads in the right atrium and right ventricle.",
    "A left chest wall pacemaker is in place with two leads.",
    "Left-sided dual-lead pacemaker is present.",
]
CENTRAL_LINE = [
    "There is a right-sided central venous catheter with its tip in the superior vena cava.",
    "A right central line terminates over the SVC.",
]
STERNOTOMY = [
    "There are median sternotomy changes.",
    "Median sternotomy wires are present.",
    "Postsurgical changes of median sternotomy are noted.",
]
NORMAL_IMPRESSION = [
    "No acute cardiopulmonary abnormality.",
    "No acute cardiopulmonary disease.",
    "No acute disease.",
    "No acute cardiopulmonary findings.",
    "Normal chest.",
    "No active disease.",
]
NOT_ACUTE = [
    "No acute cardiopulmonary abnormality.",
    "No acute pulmonary disease.",
    "No acute disease.",
]
INDICATIONS = [
    "Chest pain.",
    "Shortness of breath.",
    "Cough.",
    "Preoperative evaluation.",
    "Dyspnea.",
    "Fever and cough.",
    "Weakness.",
    "",
]


def sentences(rng, t, facts):
    """(findings, impression) that the facts imply: heart, mediastinum, lungs, pleura, bones."""
    found, concluded = [], []
    heart = facts["heart"]
    tortuous = "tortuous aorta" in facts
    if heart == "normal" and not tortuous and chance(rng, 0.4):
        found.append(pick(rng, HEART_AND_MEDIASTINUM))
    else:
        found.append(pick(rng, HEART[heart]))
        found.append(pick(rng, TORTUOUS if tortuous else MEDIASTINUM))
    if heart != "normal":
        degree = {
            "mild": "Mild cardiomegaly",
            "moderate": "Cardiomegaly",
            "marked": "Marked cardiomegaly",
        }[heart]
        concluded.append(
            degree + (" with pulmonary vascular congestion." if "congestion" in facts else ".")
        )
    if "congestion" in facts:
        found.append(pick(rng, CONGESTION))
    if facts["inflation"] != "normal":
        found.append(pick(rng, INFLATION[facts["inflation"]]))
        concluded.append(
            pick(
                rng,
                {
                    "high": [
                        "Hyperexpanded lungs, compatible with emphysema.",
                        "Hyperinflation, suggestive of COPD.",
                        "Emphysema.",
                    ],
                    "low": ["Low lung volumes.", "Hypoinflation."],
                }[facts["inflation"]],
            )
        )
    lung_facts = 0
    if "opacity" in facts:
        lung_facts += 1
        found.append(pick(rng, OPACITY).format(facts["opacity"]))
        concluded.append(
            pick(
                rng,
                [
                    "{0} pneumonia.",
                    "{0} airspace disease, compatible with pneumonia.",
                    "{0} consolidation.",
                ],
            ).format(facts["opacity"].capitalize())
        )
    if "atelectasis" in facts:
        lung_facts += 1
        found.append(pick(rng, ATELECTASIS[facts["atelectasis"]]))
        concluded.append(
            {
                "right": "Right basilar atelectasis.",
                "left": "Left basilar atelectasis.",
                "bilateral": "Bibasilar atelectasis.",
            }[facts["atelectasis"]]
        )
    if "nodule" in facts:
        lung_facts += 1
        found.append(pick(rng, NODULE).format(*facts["nodule"]))
        concluded.append(f"{facts['nodule'][0].capitalize()} nodule. Chest CT is recommended.")
    if "granuloma" in facts:
        lung_facts += 1
        found.append(pick(rng, GRANULOMA).format(facts["granuloma"]))
    if lung_facts:
        found.append(pick(rng, NO_OTHER_OPACITY))
    else:
        found.append(
            pick(
                rng, CLEAR if "congestion" not in facts and "effusion" not in facts else CLEAR[3:5]
            )
        )
    if "effusion" in facts:
        where, size = facts["effusion"]
        found.append(pick(rng, EFFUSION[where]).format(size, size.capitalize()))
        concluded.append(
            f"{size.capitalize()} {where} pleural effusion{'s' if where == 'bilateral' else ''}."
        )
    if "pneumothorax" in facts:
        side, size = facts["pneumothorax"]
        found.append(pick(rng, PNEUMOTHORAX).format(side, size, size.capitalize()))
        concluded.append(f"{size.capitalize()} {side} pneumothorax.")
    if "effusion" in facts and "pneumothorax" not in facts:
        found.append(pick(rng, NO_PNEUMOTHORAX))
    elif "pneumothorax" in facts and "effusion" not in facts:
        found.append(pick(rng, NO_EFFUSION))
    elif "effusion" not in facts:
        found.append(pick(rng, NO_PLEURA))
    if "scoliosis" in facts:
        found.append(pick(rng, SCOLIOSIS))
    elif chance(rng, 0.5):
        found.append(pick(rng, BONES))
    for present, words in (
        (t.pacemaker, PACEMAKER),
        (t.central_line, CENTRAL_LINE),
        (t.sternotomy, STERNOTOMY),
    ):
        if present:
            found.append(pick(rng, words))
    acute = {"opacity", "effusion", "pneumothorax", "congestion", "nodule"} & facts.keys()
    if not concluded:
        plain = not ({"tortuous aorta", "scoliosis", "granuloma", "device"} & facts.keys())
        concluded.append(pick(rng, NORMAL_IMPRESSION if plain else NOT_ACUTE))
    elif not acute and chance(rng, 0.7):
        concluded.append(pick(rng, NOT_ACUTE))
    if len(concluded) > 1:
        concluded = [f"{i}. {text}" for i, text in enumerate(concluded, 1)]
    return " ".join(found), " ".join(concluded)
