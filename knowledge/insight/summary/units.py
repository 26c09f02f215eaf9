"""What a summary is made of: sentences and clauses, each a verbatim piece of one turn, with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.terms import is_cjk


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One turn of a talk. `start` is its second, None where nobody kept times; `side` is customer, rep or ""."""

    speaker: str
    text: str
    side: str = ""
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A piece that may be quoted: `text == turns[turn].text[start:end]`. `sentence` counts sentences of the talk."""

    turn: int
    start: int
    end: int
    text: str
    sentence: int


LONGEST = {"zh": 64, "en": 240}
SHORTEST = {"zh": 8, "en": 24}

_SENTENCE = re.compile(
    r"[^。！？!?；;\n{}]*?(?:[。！？!?；;\n]+[”\"』」]?|\.(?=\s|$)|\{[^{}\n]{1,20}\}|[{}]|$)"
)
_MARK = re.compile(r"\{[^{}\n]{1,20}\}\s*$")
_CLAUSE = re.compile(r"[，,、：:]\s*|\s+--\s*")
_LEAD_ZH = re.compile(
    r"^(?:[，,。、\s]|嗯+|呃+|啊+|哦+|哎+|诶|额|(?:然后|那么|所以说?|就是说?|那个|其实|而且|但是|但|因为|那|好的|对吧?|"
    r"对对对?|是的|是吧|ok|OK|好|包括说?|也就是说|换句话说|我觉得说?|我认为|当然了?|另外|还有就是|首先|第[一二三四五]"
    r"(?:个|点|就是)?)(?=[，,、\s\u3400-\u9fff]))+"
)
_LEAD_EN = re.compile(
    r"^(?:[\s,.\-]|\b(?:um+|uh+|mm|hmm|mm-hmm|yeah|yep|okay|ok|so|well|and|but|oh|right|alright|basically|actually|"
    r"you know|i mean|like|then|because|'cause|now)\b[\s,.\-]*)+",
    re.IGNORECASE,
)


def language_of(turns: Sequence[Spoken]) -> str:
    """zh or en, by what most of the talk is written in."""
    sample = "".join(turn.text for turn in turns[:400])[:8000]
    return "zh" if sum(map(is_cjk, sample)) * 5 > len(sample) else "en"


def units(turns: Sequence[Spoken], language: str) -> list[Unit]:
    """The talk cut into quotable pieces, in order: sentences, long ones into runs of clauses, without what spoken
    language begins with (然后, um). Pieces too short to say anything are left out."""
    found: list[Unit] = []
    sentence = 0
    for number, turn in enumerate(turns):
        for start, end in _sentences(turn.text):
            sentence += 1
            for begin, stop in _pieces(turn.text, start, end, language):
                begin, stop = _trimmed(turn.text, begin, stop, language)
                if stop - begin >= SHORTEST[language]:
                    text = turn.text[begin:stop]
                    found.append(Unit(turn=number, start=begin, end=stop, text=text, sentence=sentence))
    return found


def sentences(turns: Sequence[Spoken]) -> list[str]:
    """Every sentence of the talk as it stands."""
    found = (turn.text[start:end].strip() for turn in turns for start, end in _sentences(turn.text))
    return [one for one in found if one]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        mark = _MARK.search(text, start, end)
        end = mark.start() if mark else end
        if text[start:end].strip(" {}"):
            yield start, end


def _pieces(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """A long sentence as runs of clauses of at most LONGEST characters; a single longer clause stays whole."""
    longest = LONGEST[language]
    if end - start <= longest:
        yield start, end
        return
    cuts = [match.end() for match in _CLAUSE.finditer(text, start, end)] + [end]
    begin = start
    last = start
    for cut in cuts:
        if cut - begin > longest and last > begin:
            yield begin, last
            begin = last
        last = cut
    if last > begin:
        yield begin, last


def _trimmed(text: str, start: int, end: int, language: str) -> tuple[int, int]:
    lead = (_LEAD_ZH if language == "zh" else _LEAD_EN).match(text[start:end])
    if lead and lead.end() < end - start:
        start += lead.end()
    while end > start and text[end - 1] in " \t\n，,、：:-":
        end -= 1
    while start < end and text[start] in " \t\n，,、：:-":
        start += 1
    return start, end
