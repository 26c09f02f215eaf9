"""Reviews of calls: scored by a card, with the moment of every point; MEDDICC and BANT with the customer's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from knowledge.blueprints.playbook import Playbook
from knowledge.blueprints.scorecard import Scorecard

from .answers import answers, score
from .checking import tampered
from .coaching import points
from .evidence import VERSION, Answer, Heard, Measured, Point, Review
from .qualification import Qualification, Rating, bant_qualified, lowered, missing_for, qualify
from .spin import KINDS as SPIN_KINDS
from .spin import Spin, spin

__all__ = [
    "SPIN_KINDS",
    "VERSION",
    "Answer",
    "Heard",
    "Measured",
    "Point",
    "Qualification",
    "Rating",
    "Review",
    "Spin",
    "bant_qualified",
    "few_points",
    "lowered",
    "means",
    "missing_for",
    "qualify",
    "review",
    "score",
    "spin",
    "tampered",
    "with_marks",
]


def review(
    heard: Heard,
    card: Scorecard,
    card_version: str,
    playbook: Playbook,
    *,
    transcript: str = "",
    call_type: str = "",
) -> Review:
    """One call by one card: the same call and card give the same bytes. `transcript` and `call_type` stand in it as given."""
    found = answers(heard, card, playbook)
    value, why = score(card, found)
    return Review(
        call_id=heard.talk.id,
        card=card.id,
        card_version=card_version,
        transcript=transcript,
        call_type=call_type,
        engine=heard.minutes.meeting.engine,
        score=value,
        no_score=why[0],
        no_score_en=why[1],
        answers=found,
        points=points(heard, playbook),
        spin=spin(heard.talk),
    )


def with_marks(
    card: Scorecard, found: Sequence[Answer], marks: Mapping[str, Answer]
) -> tuple[float | None, tuple[str, str]]:
    """The score in which people's answers stand in the place of the automatic ones, which stay where they are."""
    return score(card, [marks.get(one.question_id, one) for one in found])


def few_points(reviews: Sequence[Review], most: int) -> tuple[tuple[Review, Point], ...]:
    """At most `most` points of a period, one a kind and objection class: what came up most often first, then by weight
    within a call, then the latest call. `reviews` are newest first."""
    order = ("banned", "objection", "next_step", "unanswered", "question")
    every = [(one, point) for one in reviews for point in one.points]
    groups: dict[tuple[str, str], list[tuple[Review, Point]]] = {}
    for pair in every:
        groups.setdefault((pair[1].kind, pair[1].class_id), []).append(pair)
    ranked = sorted(
        groups, key=lambda key: (key[0] != "banned", -len(groups[key]), order.index(key[0]), key[1])
    )
    return tuple(groups[key][0] for key in ranked[:most])


def means(reviews: Sequence[Review], least: int) -> tuple[float | None, int]:
    """The mean score and how many calls had one; None below `least`: that is not enough data."""
    scores = [one.score for one in reviews if one.score is not None]
    return (round(fmean(scores), 1) if len(scores) >= least else None), len(scores)
