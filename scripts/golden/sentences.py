"""Text on which the small vocabularies are trained."""

SENTENCES = """\
The heart size is normal and the mediastinal contours are unremarkable.
The lungs are clear without focal consolidation, pleural effusion or pneumothorax.
There is a small left pleural effusion with adjacent basilar atelectasis.
Mild cardiomegaly is present with pulmonary vascular congestion.
No acute osseous abnormality is seen; degenerative changes of the thoracic spine.
Right lower lobe opacity may represent pneumonia in the appropriate clinical setting.
An endotracheal tube terminates 4 cm above the carina.
A right internal jugular catheter tip projects over the superior vena cava.
Interval removal of the nasogastric tube since the prior examination of 2019.
Hyperinflated lungs with flattened diaphragms suggest chronic obstructive disease.
Blunting of the costophrenic angle on the right, unchanged.
Surgical clips project over the left axilla.
1. No acute cardiopulmonary process. 2. Stable 7 mm nodule in the right upper lobe.
Impression: low lung volumes, otherwise no change from the previous radiograph.
Findings: the cardiac silhouette is enlarged; aortic calcifications are noted.
The patient is rotated, which limits the evaluation of the hilar structures.
Diffuse interstitial markings are increased, in keeping with pulmonary edema.
Comparison is made with a frontal and a lateral view from the same day.
There's no evidence of free air beneath the diaphragm; it's well aerated.
Linear scarring or subsegmental atelectasis at the left base (unchanged).
A chat between a curious user and an artificial intelligence assistant.
The assistant gives helpful, detailed, and polite answers to the user's questions.
USER: Write a findings report of this image: ASSISTANT:
Write a impression summary of this image and the findings report.
Calcified granuloma, healed rib fractures, tortuous aorta, and a hiatal hernia.
Sternotomy wires are intact. Pacemaker leads end in the right atrium and ventricle.
Moderate to large pneumothorax with mild shift of the mediastinum to the left.
Bilateral hilar lymphadenopathy; sarcoidosis is a consideration.
Café-style naïve text: 37 °C, 5 µm, 10–12 ribs, “quoted”, 50 % – ok…
Consolidation with air bronchograms in the lingula, worse than on Monday.
""".splitlines()
