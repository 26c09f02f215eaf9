"""One touch of a customer with us, as every journey number sees it: frozen, complete, in one order.

A `Touch` is an event whose person is already resolved: `person` is the key of the stitched profile at the moment of reading
(definitions.md D9), so that a merge or an unmerge changes the key and never the event. Raw phone numbers and mail addresses
do not occur here: devices and logins are keyed hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from knowledge.blueprints.tracking import Source as Source

SOURCES: tuple[str, ...] = get_args(Source)

Direction = Literal["in", "out", ""]
"""Who spoke: the customer (`in`), we (`out`), nobody."""

MESSAGES: frozenset[str] = frozenset({"chat", "wecom", "mail"})
"""Sources whose inbound touches are enquiries (D8: enquiry frequency = inbound messages / 7 d)."""


@dataclass(frozen=True, kw_only=True)
class Utm:
    """The five campaign labels of a landing, as they came; empty where none was given."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""

    def __bool__(self) -> bool:
        return bool(self.source or self.medium or self.campaign or self.term or self.content)


@dataclass(frozen=True, kw_only=True)
class Touch:
    """One event of one person.

    `at` is the moment it happened and `received_at` the moment we learnt of it, both aware and in UTC; a touch that came late
    counts at `at`. `visible_s` is the time in seconds the page could be seen (uncapped: D8 caps at 30 min when it adds up),
    None where nobody measured it. `engaged` is what the page itself reported, None where it did not. `conversion` and
    `payment` are what the tracking plan says of the event's name; `value_fen` is in hundredths of `currency`, None without a
    value. `session` is the page's own session key, a hint: D8 cuts sessions by 30 minutes of silence. `device` and `login`
    are keyed hashes, empty where unknown. `bot` marks what a crawler did; no index counts it.
    """

    id: str
    at: datetime
    name: str
    source: Source
    person: str
    account_id: str = ""
    contact_id: str = ""
    lead_id: str = ""
    received_at: datetime | None = None
    direction: Direction = ""
    session: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    utm: Utm = field(default_factory=Utm)
    visible_s: float | None = None
    engaged: bool | None = None
    conversion: bool = False
    payment: bool = False
    value_fen: int | None = None
    currency: str = "CNY"
    device: str = ""
    login: str = ""
    plan: str = ""
    bot: bool = False
    props: Mapping[str, str | int | float | bool | None] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or (self.received_at is not None and self.received_at.tzinfo is None):
            raise ValueError(f"touch {self.id}: a moment without a time zone")

    @property
    def is_enquiry(self) -> bool:
        """Whether it is a message from the customer to us."""
        return self.source in MESSAGES and self.direction == "in"


def in_order(touches: Iterable[Touch]) -> list[Touch]:
    """By the moment it happened, then by id: the one order every journey number is counted in."""
    return sorted(touches, key=lambda touch: (touch.at, touch.id))


def by_person(touches: Iterable[Touch], *, bots: bool = False) -> dict[str, list[Touch]]:
    """Person key -> their touches in order; persons sorted by key. Crawlers are left out unless asked for."""
    found: dict[str, list[Touch]] = {}
    for touch in touches:
        if bots or not touch.bot:
            found.setdefault(touch.person, []).append(touch)
    return {person: in_order(found[person]) for person in sorted(found)}
