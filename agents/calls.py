"""Which call somebody means, and how one is spoken of: its day, customer, and the moment inside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, Field

from knowledge.insight.minutes import Said
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .citing import cite_interaction
from .lookup import Unclear, not_found, the_account_id, the_contact, the_deal
from .offline.dates import ZONE
from .provenance import labels_of, remember
from .skill import Turn
from .wording import KINDS, day, term


class WhichCall(BaseModel):
    """The words by which a call is meant. Dates are ISO days, both included."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current one")
    contact: str | None = Field(default=None, description="the customer's person who was in it")
    account: str | None = Field(default=None, description="the customer, when it does not matter which deal")
    kind: str | None = Field(default=None, description="call or meeting")
    since: date | None = Field(default=None, description="from this day on, YYYY-MM-DD")
    until: date | None = Field(default=None, description="up to and including this day, YYYY-MM-DD")
    call: str | None = Field(default=None, description="id of the call or meeting, if known")


def the_call(
    turn: Turn,
    *,
    call: str | None = None,
    deal: str | None = None,
    contact: str | None = None,
    account: str | None = None,
    kind: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Interaction | Unclear:
    """The newest call that fits, inside the asker's rights; the one the talk is about when nothing is said."""
    wanted = call or (
        str(turn.focus.get("call_id") or "") if not (deal or contact or account or since or until) else ""
    )
    if wanted:
        row = turn.desk.interaction(wanted)
        if row is not None and row.kind in ("call", "meeting"):
            return row if has_words(row) else _no_words(turn)
    deal_id = ""
    if deal or (turn.focus.get("deal_id") and not (contact or account or since)):
        chosen = the_deal(turn, deal)
        if isinstance(chosen, Unclear):
            return chosen
        deal_id = chosen.facts.deal.id
    found = list(turn.desk.calls("", *between(since, until), deal_id))
    if account:
        account_id = account if turn.desk.account(account) else the_account_id(turn, account)
        if not account_id:
            return not_found(turn, account)
        found = [row for row in found if row.account_id == account_id]
    if contact:
        people = {one.id for one in the_contact(turn, contact, None)}
        found = [row for row in found if row.contact_id in people or contact in row.text]
    return _newest(turn, found, kind)


def _newest(turn: Turn, found: Sequence[Interaction], kind: str | None) -> Interaction | Unclear:
    """Of this kind if there is one, and written down if one is."""
    fitting = [row for row in found if kind in (None, "", row.kind)] or found
    fitting = [row for row in fitting if has_words(row)] or fitting
    if not fitting:
        return Unclear(
            turn.say("没有找到符合的通话或会议记录。", "I found no such call or meeting on record.")
        )
    return fitting[0] if has_words(fitting[0]) else _no_words(turn)


def has_words(row: Interaction) -> bool:
    """Whether anything is written down of it."""
    return bool(row.segments or row.text.strip())


def _no_words(turn: Turn) -> Unclear:
    return Unclear(
        turn.say(
            "这通电话还没有文字稿:可能在等录音同意,或还没转写完。",
            "This call is not written down yet: it waits for consent to the recording, or is being transcribed.",
        )
    )


def between(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment of whole days in Asia/Shanghai."""
    first = datetime.combine(since, time(), ZONE) if since else None
    last = datetime.combine(until, time(), ZONE) + timedelta(days=1, microseconds=-1) if until else None
    return first, last


def opened(turn: Turn, row: Interaction) -> DealFacts | None:
    """The talk is about this call now, and about its deal."""
    facts = turn.desk.deal(row.deal_id) if row.deal_id else None
    if facts is not None:
        remember(turn, "deal", facts.deal.id, labels_of(turn, "deal", facts.deal.id))
    if turn.focus.get("call_id") != row.id:
        turn.focus.pop("call_version", None)
    turn.focus["call_id"] = row.id
    return facts


def title_of(turn: Turn, row: Interaction, facts: DealFacts | None) -> str:
    """2026-10-28 电话 · 华东医疗影像平台(D-001)."""
    about = f" · {facts.deal.name}({facts.deal.id})" if facts else ""
    return f"{day(row.at)} {term(turn, KINDS, row.kind)}{about}"


def moment(turn: Turn, said: Said) -> str:
    """01:05, or which line it is where nobody kept times."""
    if said.t is None:
        return turn.say(f"第 {said.line + 1} 句", f"line {said.line + 1}")
    seconds = int(said.t)
    hours = f"{seconds // 3600}:" if seconds >= 3600 else ""
    return f"{hours}{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def quoted(turn: Turn, row: Interaction, said: Said) -> str:
    """李娜 01:05:“…” [n]."""
    mark = cite_interaction(turn, row, said.quote, said.speaker)
    who = f"{said.speaker} " if said.speaker else ""
    return f"{who}{moment(turn, said)}:“{said.quote}” {mark}"


def each(turn: Turn, row: Interaction, head: tuple[str, str], items: Sequence[tuple[str, Said]]) -> list[str]:
    """A heading and one line an item: our words, then the quote; nothing without items."""
    if not items:
        return []
    lines = [turn.say(*head)]
    return [*lines, *(f"- {words}{' — ' if words else ''}{quoted(turn, row, said)}" for words, said in items)]
