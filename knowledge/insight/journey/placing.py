"""Which stage of the journey a person is in at any time: one pass over their touches, and for every move the touch that made it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.blueprints.journey import Journey, Match

from .events import Touch, in_order


def fits(match: Match, touch: Touch) -> bool:
    """Whether a touch is such a one, `nth` aside."""
    if match.names and touch.name not in match.names:
        return False
    if match.sources and touch.source not in match.sources:
        return False
    if match.direction and touch.direction != match.direction:
        return False
    if match.conversion is not None and touch.conversion != match.conversion:
        return False
    if match.payment is not None and touch.payment != match.payment:
        return False
    if any(str(touch.props.get(key, "")) not in allowed for key, allowed in match.props.items()):
        return False
    return not match.words or says(match.words, touch)


def says(words: Iterable[str], touch: Touch) -> bool:
    """Whether one of these words stands in the page's path, the title or the text of a touch, case ignored. The host is no
    word: `demo` in it would make every page of a site a demonstration."""
    host, _, rest = touch.page.removeprefix("https://").removeprefix("http://").partition("/")
    path = rest if "." in host else touch.page
    text = " ".join((path, touch.title, str(touch.props.get("text", "")))).casefold()
    return any(word.casefold() in text for word in words)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A person enters a stage; `before` is the one they leave, "" at the beginning. `touch_id` is the event that did it."""

    person: str
    stage: str
    before: str
    at: datetime
    touch_id: str


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A person in one stage from `begin` on up to (not with) `end`; None is still."""

    person: str
    stage: str
    begin: datetime
    end: datetime | None
    touch_id: str


def moves(touches: Iterable[Touch], book: Journey) -> list[Move]:
    """The moves of one person in order. A touch leads to the furthest stage that it fits; nobody moves back. The order in
    which the touches are given does not matter."""
    found: list[Move] = []
    seen: Counter[tuple[int, int]] = Counter()
    at = -1
    for touch in in_order(one for one in touches if not one.bot):
        goal = _goal(touch, book, at, seen)
        if goal > at:
            before = book.stages[at].id if at >= 0 else ""
            stage = book.stages[goal].id
            found.append(
                Move(person=touch.person, stage=stage, before=before, at=touch.at, touch_id=touch.id)
            )
            at = goal
    return found


def _goal(touch: Touch, book: Journey, at: int, seen: Counter[tuple[int, int]]) -> int:
    """The furthest stage this touch leads into; every match counts its touches, also for stages long passed."""
    here = book.stages[at].id if at >= 0 else ""
    goal = at
    for place, stage in enumerate(book.stages):
        for n, match in enumerate(stage.enter):
            if not fits(match, touch):
                continue
            seen[place, n] += 1
            open_ = here in stage.after if stage.after else place > at
            if open_ and seen[place, n] >= match.nth:
                goal = max(goal, place)
    return goal


def fitting(touches: Sequence[Touch], match: Match) -> list[Touch]:
    """The touches that are meant, from the nth on, in order."""
    return [one for one in in_order(touches) if not one.bot and fits(match, one)][match.nth - 1 :]


def stays(found: Sequence[Move]) -> list[Stay]:
    """The moves of one person as stretches that follow each other without a gap: one stage at every time."""
    ends = [move.at for move in found[1:]]
    return [
        Stay(person=move.person, stage=move.stage, begin=move.at, end=end, touch_id=move.touch_id)
        for move, end in zip(found, [*ends, None], strict=True)
    ]


def stage_at(found: Sequence[Move], at: datetime) -> str:
    """The stage of one person at a moment, "" before their first touch. Of moves at one moment the last counts."""
    place = bisect_right([move.at for move in found], at)
    return found[place - 1].stage if place else ""
