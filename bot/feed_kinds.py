"""The kinds of feeds that are read by the clock, each one function: what it needs of the settings, and what it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from knowledge.feeds.bundle import SHIPPED
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


def read_hubspot(reading: Reading) -> list[FeedReport]:
    """A HubSpot account, through the shipped mappings or a folder of one's own."""
    from knowledge.feeds.hubspot import HubSpotAccess, HubSpotApi
    from knowledge.feeds.hubspot_source import PARTS, HubSpotSource
    from knowledge.feeds.pull import bundle, pull

    settings = reading.settings
    mappings = bundle(_mappings(reading, "hubspot"), PARTS)
    access = HubSpotAccess(
        base=settings.hubspot_api_base,
        access_token=settings.hubspot_access_token.get_secret_value(),
        client_id=settings.hubspot_client_id,
        client_secret=settings.hubspot_client_secret.get_secret_value(),
        refresh_token=settings.hubspot_refresh_token.get_secret_value(),
    )
    return pull(HubSpotSource(HubSpotApi(access)), mappings, reading.feed, reading.run, anew=reading.anew)


def read_salesforce(reading: Reading) -> list[FeedReport]:
    """A Salesforce org, through the shipped mappings or a folder of one's own."""
    from knowledge.feeds.pull import bundle, pull
    from knowledge.feeds.salesforce import SalesforceAccess, SalesforceApi
    from knowledge.feeds.salesforce_source import PARTS, SalesforceSource

    settings = reading.settings
    mappings = bundle(_mappings(reading, "salesforce"), PARTS)
    access = SalesforceAccess(
        instance_url=settings.salesforce_instance_url,
        client_id=settings.salesforce_client_id,
        client_secret=settings.salesforce_client_secret.get_secret_value(),
        refresh_token=settings.salesforce_refresh_token.get_secret_value(),
        ca_file=settings.salesforce_ca_file,
    )
    with closing(SalesforceApi(access)) as api:
        return pull(SalesforceSource(api), mappings, reading.feed, reading.run, anew=reading.anew)


def _mappings(reading: Reading, kind: str) -> Path:
    own = reading.options.get("mapping", "")
    return Path(own) if own else SHIPPED / kind


KINDS: dict[str, Callable[[Reading], list[FeedReport]]] = {
    "mailbox": read_box,
    "hubspot": read_hubspot,
    "salesforce": read_salesforce,
}
"""The menu of feeds that are read by the clock."""
