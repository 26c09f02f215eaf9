"""A call's transcript as the mood line takes it: turns, how fast the customer spoke in each, how often they cut in."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from speech.metrics import Conversation, MetricRules
from speech.metrics.gaps import cut_ins
from speech.metrics.turns import MS
from speech.metrics.words import tokens
from speech.transcript import Segment

from .line import Text


def turns_of(segments: Sequence[Segment], rules: MetricRules | None = None) -> list[Text]:
    """The turns of a call in order (definitions.md D1: a back-channel neither ends nor starts one). Pace and interruptions
    need both ends of every utterance; without them there are only the words. `line` is the first segment of the turn."""
    rules = rules or MetricRules()
    talk = Conversation.of(segments, rules)
    timed, numbers = talk.timing == "full", _numbers(talk, segments)
    cuts: Counter[int] = Counter()
    for cut, late in cut_ins(talk, rules) if timed else ():
        if (cut.side, late.side) == ("rep", "customer"):
            cuts[late.start] += 1
    return [
        Text(
            text=turn.text,
            customer=turn.side == "customer",
            line=numbers[id(turn.said[0])],
            speaker=turn.speaker,
            start=turn.said[0].start / MS if talk.timing != "none" else None,
            seconds=turn.spoken / MS if timed else 0.0,
            tokens=len(tokens(turn.text)) if timed else 0,
            cut_in=sum(cuts[one] for one in {part.start for part in turn.said}),
        )
        for turn in talk.turns
    ]


def _numbers(talk: Conversation, segments: Sequence[Segment]) -> dict[int, int]:
    """Which segment each utterance was: the same words of the same speaker twice are told apart by their order."""
    waiting: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    order = sorted(
        range(len(segments)), key=lambda at: (segments[at].start or 0.0) if talk.timing != "none" else 0.0
    )
    for at in order:
        waiting[segments[at].speaker, segments[at].text].append(at)
    return {id(one): waiting[one.speaker, one.text].popleft() for one in talk.said}
