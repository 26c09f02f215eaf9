"""SPIN: our questions by kind (definitions.md D3): situation, problem, implication, need-payoff. By their words, so a count.

The kinds are those of Rackham (1988). A question is of the first kind whose words it has, the rarest kind first; what has none of
them asks how things are: situation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from knowledge.insight.minutes import Said, Talk
from speech.metrics.questions import questions

KINDS = ("situation", "problem", "implication", "need")

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "need",
            r"(?:如果|要是|假如|若)[^?？]{0,20}(?:能|可以|有)[^?？]{0,30}(?:帮|好处|价值|省|提高|提升|改善|有用|方便|意义)|"
            r"(?:有|多大)(?:什么|没有|多大)?(?:帮助|好处|价值|用处)|"
            r"能(?:省|节省|减少|提高|提升|改善|帮)[^?？]{0,16}多少|解决(?:了|掉)[^?？]{0,16}(?:会|能)|"
            r"希望(?:达到|看到|实现)|"
            r"\bif (?:you|we|it|your)\b[^?]{0,40}\b(?:could|can|were able)\b[^?]{0,60}\b"
            r"(?:help|save|benefit|better|useful|mean|worth|value)|"
            r"\bwould (?:it|that|this) (?:help|be (?:useful|helpful|valuable|worth))|"
            r"\b(?:benefit|payoff|how (?:useful|valuable|important) would)\b",
        ),
        (
            "implication",
            r"影响|导致|后果|损失|代价|耽误|延误|连带|牵连|带来(?:什么|哪些|多少|多大)|会(?:怎么样|怎样|造成)|造成|"
            r"多(?:花|付|出)[^?？]{0,10}(?:钱|时间|人)|如果不[^?？]{0,20}(?:会|怎)|"
            r"\b(?:impact|affect|effect on|lead to|result in|consequence|knock-on|cost (?:you|the|your)|"
            r"what happens (?:if|when)|mean for)\b",
        ),
        (
            "problem",
            r"困难|问题|痛点|不满|难点|难处|担心|顾虑|麻烦|挑战|瓶颈|不足|不便|头疼|头痛|慢|卡|出错|故障|漏|吃力|费劲|"
            r"满意吗|够用吗|不够|压力|最怕|烦|"
            r"\b(?:problem|issue|difficult|difficulty|challenge|concern|worr|struggl|trouble|pain|frustrat|"
            r"dissatisf|satisfied|hard to|bottleneck|slow|fail|error)",
        ),
    )
)  # fmt: skip


class Spin(BaseModel):
    """How many of our questions are of each kind; `n` in all. `examples`: the first of each kind, verbatim."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    situation: int = 0
    problem: int = 0
    implication: int = 0
    need: int = 0
    examples: tuple[tuple[str, Said], ...] = ()

    @property
    def n(self) -> int:
        return self.situation + self.problem + self.implication + self.need

    def share(self, kind: str) -> float | None:
        """Of all our questions; None without any."""
        return round(float(getattr(self, kind)) / self.n, 4) if self.n else None


def kind_of(question: str) -> str:
    """Which kind a question is."""
    return next((kind for kind, pattern in _WORDS if pattern.search(question)), "situation")


def asked(talk: Talk) -> list[tuple[str, Said]]:
    """Each question of ours with its kind, in order."""
    return [
        (kind_of(found.text), Said(quote=found.text, line=number, speaker=line.speaker, t=line.start))
        for number, line in enumerate(talk.lines)
        if line.side == "rep"
        for found in questions(line.text)
    ]


def spin(talk: Talk) -> Spin:
    """The counts of one talk."""
    found = asked(talk)
    counts = {kind: sum(1 for one, _ in found if one == kind) for kind in KINDS}
    return Spin(**counts, examples=_first(found))


def _first(found: Sequence[tuple[str, Said]]) -> tuple[tuple[str, Said], ...]:
    first: dict[str, Said] = {}
    for kind, said in found:
        first.setdefault(kind, said)
    return tuple((kind, first[kind]) for kind in KINDS if kind in first)
