"""What the films are asked, byte for byte as upstream asks it."""

SYSTEM = ("A chat between a curious user and an artificial intelligence assistant. The assistant "
          "gives helpful, detailed, and polite answers to the user's questions. ")
TURN = "USER: <image>\n{question} ASSISTANT:"
# The impression is asked with the findings in it. Two spaces in these: an added token of Phi-2's.
FINDINGS = ("The heart size is normal.  There is a small left pleural effusion; no pneumothorax "
            "is seen.\nThe lungs are otherwise clear.")
QUESTIONS = {
    "findings": "Write a findings report of this image:",
    "impression": ("Write a impression summary of this image and the findings report. "
                   f"\n##Findings: {FINDINGS} \n##Impression:"),
}


def prompt_of(kind, system):
    """(question, whole prompt)."""
    return QUESTIONS[kind], system + TURN.format(question=QUESTIONS[kind])
