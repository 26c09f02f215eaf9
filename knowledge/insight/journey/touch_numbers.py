"""At which touch a person, or a customer with everybody there, pays (definitions.md D8, capabilities C2.10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .events import Touch, in_order
from .survival import Share

BEFORE = timedelta(hours=24)
"""The touch before a payment counts when it is no older than this."""


@dataclass(frozen=True, kw_only=True)
class TouchNumber:
    """One person's first payment and the touch before it: the `ordinal`-th, counted from 1."""

    person: str
    ordinal: int
    touch_id: str
    payment_id: str
    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class TouchNumbers:
    """Everybody's. `without` are people who paid with no touch in the 24 hours before; they are in no share."""

    found: tuple[TouchNumber, ...]
    without: tuple[str, ...] = ()
    persons: int = 0
    counts: Counter[int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(one.ordinal for one in self.found))

    @property
    def n(self) -> int:
        return len(self.found)

    def at_least(self, ordinal: int) -> Share:
        """Of the payments, those that came after the `ordinal`-th touch or a later one."""
        return Share(k=sum(times for at, times in self.counts.items() if at >= ordinal), n=self.n)

    @property
    def median(self) -> float | None:
        """The middle ordinal."""
        ordered = sorted(one.ordinal for one in self.found)
        if not ordered:
            return None
        half = len(ordered) // 2
        return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def touch_number(touches: Sequence[Touch]) -> TouchNumber | bool | None:
    """One person's: None when they never paid, False when nothing was within 24 hours before their first payment.

    Payments and milestones of a deal are no touches; at the same moment the touch is taken to come first.
    """
    ordered = in_order(one for one in touches if not one.bot)
    paid = next((one for one in ordered if one.payment), None)
    if paid is None:
        return None
    before = [
        one for one in ordered if not one.payment and not one.props.get("milestone") and one.at <= paid.at
    ]
    if not before or paid.at - before[-1].at > BEFORE:
        return False
    return TouchNumber(
        person=paid.person,
        ordinal=len(before),
        touch_id=before[-1].id,
        payment_id=paid.id,
        paid_at=paid.at,
    )


def touch_numbers(persons: Iterable[Sequence[Touch]]) -> TouchNumbers:
    """The distribution over people, one person in memory at a time."""
    found: list[TouchNumber] = []
    without: list[str] = []
    n = 0
    for touches in persons:
        if not touches:
            continue
        n += 1
        one = touch_number(touches)
        if isinstance(one, TouchNumber):
            found.append(one)
        elif one is False:
            without.append(touches[0].person)
    return TouchNumbers(found=tuple(found), without=tuple(without), persons=n)
