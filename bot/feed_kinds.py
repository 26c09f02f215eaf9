"""The kinds of feeds that are read by the clock, each one function: what it needs of the settings, and what it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from knowledge.feeds.errors import FeedError
from knowledge.feeds.report import FeedReport
from knowledge.feeds.rowfeed import Run
from knowledge.model import MailSighting
from knowledge.store import Store

from .settings import Settings


@dataclass(kw_only=True)
class Reading:
    """One reading of one feed. `options` are the feed's own, `anew` forgets how far it came; `seen` is filled with what a
    mailbox shows of mails whose end is unknown."""

    settings: Settings
    store: Store
    feed: str
    options: dict[str, str]
    run: Run
    anew: bool
    sent_by_us: Callable[[Sequence[str]], set[str]]
    doubtful: Callable[[], list[tuple[str, datetime]]]
    seen: list[MailSighting] = field(default_factory=list)


def read_box(reading: Reading) -> list[FeedReport]:
    """A mailbox: its mails, then what it shows of mails in doubt."""
    from knowledge.feeds.imap import signed_in
    from knowledge.feeds.mailbox import MailboxPlan, read_mailbox
    from knowledge.feeds.sighting import look_for

    from .feed_boxes import boxes

    options = reading.options
    box = boxes(reading.settings).get(options["mailbox"])
    if box is None:
        raise FeedError(f"IMAP_URL 里没有 {options['mailbox']} (not in IMAP_URL)")
    plan = MailboxPlan(
        feed=reading.feed,
        folders=tuple(one for one in options.get("folders", "").split("|") if one),
        unknown=options.get("unknown") == "true",
        days=int(options.get("days", "730")),
        anew=reading.anew,
        sent_by_us=reading.sent_by_us,
    )
    with signed_in(box) as mailbox:
        reports = read_mailbox(mailbox, plan, reading.run)
        reading.seen += look_for(mailbox, reading.feed, reading.doubtful(), reading.run.now)
    return reports


KINDS: dict[str, Callable[[Reading], list[FeedReport]]] = {
    "mailbox": read_box,
}
"""The menu of feeds that are read by the clock."""
