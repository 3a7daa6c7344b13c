"""A phrase matcher for training targets: what a report affirms, as sampling weights and labels of the starter need it.

In:   text of a report or of one sentence.
Out:  names of PHRASES that it affirms; uncertain counts as affirmed.
Never: the labels of `slava-cxr evaluate`. Those come from src/findings; this file stands apart from it, so that a
change of those rules changes no model. A change here does change the next training.
"""

import re

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
