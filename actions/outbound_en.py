"""What English sentences give away: patterns over cleaned (lower-case) text, and numbers in words."""

from __future__ import annotations

import re

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: place for place, word in enumerate(_UNITS)} | {w: 10 * n for n, w in enumerate(_TENS, 2)}
_BIG = {"thousand": 1000, "million": 10**6, "billion": 10**9}
_WORD = "(?:" + "|".join(sorted((*WORDS, "hundred", *_BIG), key=len, reverse=True)) + ")"
ENGLISH_NUMBER = re.compile(rf"(?<![a-z\d-]){_WORD}(?:(?:\s+and\s+|[\s-]+){_WORD})*(?![a-z])")

COMMITMENT = (
    r"\bguarantee[ds]?\b(?!\s+letter)",
    r"\bwe\s+(?:do\s+|hereby\s+)?(?:promise|commit|undertake|pledge|warrant)\b",
    r"\b(?:are|is|am)\s+committed\s+to\s+(?:deliver|complet|finish|provid|install|launch)",
    r"\b(?:will|shall|can)\s+(?:definitely|certainly|absolutely|surely)\b",
    r"\bwe(?:\s+will|\s+shall|'ll)\s+(?:make\s+sure|ensure)\b",
    r"\bsla\b|\bservice\s+levels?\b",
    r"\b(?:take|accept|assume|bear)s?\s+(?:full\s+|all\s+|the\s+)?(?:responsibility|liability|risk)\b",
)
LEGAL = (
    r"\bindemnif\w*|\bindemnity\b|\bhold\s+harmless\b",
    r"\bliabilit(?:y|ies)\b|\bliable\b|\bdamages\b",
    r"\barbitrat\w+|\blitigat\w+|\blawsuit\b|\bsue\s+(?:us|you|them|him|her|the|for|over)\b|\bin\s+court\b|\bgoverning\s+law\b|\bjurisdiction\b",
    r"\b(?:late\s+|contractual\s+)?penalt(?:y|ies)\b|\bliquidated\b",
    r"\bbreach\b|\bterminat\w+\s+(?:of\s+)?(?:the\s+)?(?:contract|agreement)\b",
    r"\b(?:amend|change|revise|modify|strike|waive)\w*\s+(?:the\s+)?(?:contract\s+)?(?:clause|term|article)s?\b",
    r"\b(?:governed|construed|interpreted|enforced)\s+(?:and\s+\w+\s+)?(?:by|under|in\s+accordance)|\blaws?\s+of\s+(?:the\s+)?(?:state|commonwealth|province|people|republic|england)",
    r"\b(?:hereunder|hereto|hereof|hereby|herein|hereinafter|thereof|thereunder|notwithstanding|witnesseth)\b",
    r"\b(?:party|parties|company|supplier|distributor|reseller|customer|licensee|licensor|vendor|provider|manufacturer|consultant|seller|buyer)\s+(?:shall|agrees?|covenants?|may\s+not|warrants?|undertakes?)\b",
    r"\b(?:sole|exclusive)\s+(?:remed(?:y|ies)|obligation)\b|\bentire\s+(?:agreement|obligation)\b|\btermination\s+(?:fee|charge|for\s+(?:cause|convenience))",
    r"\bclause\s+\d|\barticle\s+\d+\s+of\s+the\s+(?:contract|agreement)",
    r"\bnon-disclosure\b|\bnda\b|\blegally\s+binding\b|\bforce\s+majeure\b",
)
COMPLAINT = (
    r"\bcomplain(?:t|ts|ed|ing)?\b",
    r"\bunacceptable\b|\bdisappoint(?:ed|ing|ment)\b|\bdissatisf\w+|\bvery\s+unhappy\b",
    r"\bapologi[sz]e\s+for\s+the\s+(?:trouble|inconvenience|outage|failure|defect|mistake|delay\s+in\s+delivery)",
    r"\bsorry\s+for\s+the\s+(?:trouble|inconvenience|outage|failure|defect|mistake)",
)
GREETING = (
    r"\b(?:dear|hi|hello|good\s+(?:morning|afternoon|evening))\b",
    r"\b(?:best|kind|warm)\s+(?:regards|wishes)\b|\bsincerely\b|\bcheers\b|\bthank(?:s|\s+you)\b|\bhappy\s+\w+\b",
)
LOGISTICS = (
    r"\b(?:meet|meeting|call|visit|demo|appointment|schedul\w+|reschedul\w+|calendar|invite|agenda)\b",
    r"\b(?:tomorrow|today|monday|tuesday|wednesday|thursday|friday|next\s+week|this\s+week|\d{1,2}\s*(?:am|pm))\b",
    r"\b(?:attach(?:ed|ment)|address|zoom|teams\s+link|parking|courier)\b",
)
PRICED = re.compile(
    r"\b(?:pric(?:e|es|ed|ing)|quot(?:e|es|ed|ation)|cost(?:s)?|total|amount|fee|budget|offer|pay|deal\s+at|all[\s-]in|settle|do\s+it\s+for|let\s+it\s+go|let\s+you\s+have|"
    r"(?:come|bring\s+it|get\s+it|drop|go|move|came)\s+(?:\w+\s+)?(?:down|to)|go\s+(?:as\s+low|down)|meet\s+(?:you\s+)?at|best\s+(?:i|we)\s+can|lowest|accept|sell)\b"
)
RATE = (
    r"\b\d+(?:\.\d+)?\s*(?:%|percent)\s+(?:annual\s+|yearly\s+)?(?:maintenance|service|support|subscription|management|commission|interest|handling)(?:\s+(?:fee|charge|rate))?\b",
    r"\b(?:maintenance|service|support|subscription|management|commission|interest|handling)\s+(?:fee|charge|rate)?s?\s*(?:is|are|at|of|:)\s*(?:only\s+)?\d+(?:\.\d+)?\s*(?:%|percent)",
)


def english_value(words: str) -> int:
    """The value of a number in words: eight hundred and eighty thousand -> 880000."""
    total = part = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            part = max(part, 1) * 100
        elif word in _BIG:
            total, part = total + max(part, 1) * _BIG[word], 0
        else:
            part += WORDS.get(word, 0)
    return total + part


def english_figures(text: str) -> str:
    """English numbers as figures, padded so that places stay: "twelve percent" -> "12     percent"."""

    def figure(match: re.Match[str]) -> str:
        return str(english_value(match.group())).ljust(len(match.group()))[: len(match.group())]

    return ENGLISH_NUMBER.sub(figure, text)
