"""What people did with advice outside of our own actions: calls after the day's list, prices in offers, words in mails and
calls; what was ignored; and what came of the deals. It looks at rows; nobody is asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.blueprints.advice import DEEDS, Advice
from knowledge.insight.advice import SYSTEM
from knowledge.library import advice as rows
from knowledge.library import followed
from knowledge.model import Deal, Lead, Suggestion, SuggestionEvent
from knowledge.store import Store

from . import ledger
from .edits import edit_ratio, use_in

LOG = logging.getLogger(__name__)

EVERY = timedelta(seconds=60)
"""How often the clock looks, in one process."""
LATE = timedelta(days=1)
"""So long after advice has run out may news of its use still come in, from an import say."""
BATCH = 200


@dataclass
class Follower:
    """Safe in several processes: every line of the log has an id that follows from what it tells of."""

    store: Store
    clock: Callable[[], datetime]
    _looked: datetime | None = field(default=None, init=False)

    def tick(self) -> int:
        """Look when a minute has passed since the last look; how many suggestions something was noted about."""
        now = self.clock()
        if self._looked is not None and timedelta(0) <= now - self._looked < EVERY:
            return 0
        self._looked = now
        return self.look()

    def look(self) -> int:
        """One look at everything that is undecided, and at every deal and lead that has ended."""
        now = self.clock()
        with self.store.reading() as session:
            waiting = [row.id for row in rows.undecided(session, DEEDS)]
            over = [row.id for row, _ in rows.ended(session, now)]
        noted = 0
        for start in range(0, len(waiting), BATCH):
            with self.store.session() as session:
                rules = ledger.rules_of(session)
                found = [session.get(Suggestion, one) for one in waiting[start : start + BATCH]]
                noted += sum(_used(session, row, rules, now) for row in found if row is not None)
        if over:
            with self.store.session() as session:
                noted += sum(_ended(session, row, what) for row, what in rows.ended(session, now))
        return noted


def _used(session: Session, row: Suggestion, rules: Advice, now: datetime) -> bool:
    shown = _shown_at(session, row)
    if shown is None:
        return _run_out(session, row, now, "never shown")
    until = min(now, row.expires_at or now)
    done = _KINDS[row.kind](session, row, shown, until, rules) if row.kind in _KINDS else False
    return done or _run_out(session, row, now, "")


def _shown_at(session: Session, row: Suggestion) -> datetime | None:
    found = [one.at for one in rows.events_of(session, row.id) if one.event == "shown"]
    return min(found, default=None)


def _run_out(session: Session, row: Suggestion, now: datetime, why: str) -> bool:
    """Ignored until it ran out; an action that still waits for somebody's yes is not ignored."""
    if row.expires_at is None or row.expires_at + LATE > now or row.action_id:
        return False
    detail = {"why": why} if why else {}
    return rows.append(session, row, "expired", row.expires_at, actor=SYSTEM, detail=detail)


def _next_step(session: Session, row: Suggestion, since: datetime, until: datetime, _: Advice) -> bool:
    """Somebody on our side turned to the customer: the first call, mail, meeting or deed after the list."""
    if row.deal_id:
        deed = followed.first_deed(session, row.deal_id, row.person_id, since, until)
    else:
        deed = followed.first_touch(session, row.lead_id or "", since, until)
    if deed is None:
        return False
    at, cause = deed
    ledger.take(session, row, at, 0.0, actor=row.person_id, cause=cause, how="deed")
    return True


def _price(session: Session, row: Suggestion, since: datetime, until: datetime, rules: Advice) -> bool:
    """The first offer after it with this product: its unit price against the target; anywhere up to the ceiling, or near
    below the target, counts as edited."""
    target, ceiling = int(row.payload.get("target_fen") or 0), int(row.payload.get("ceiling_fen") or 0)
    product = str(row.payload.get("product_id", ""))
    offer = followed.first_offer(session, row.deal_id or "", product, since, until)
    if offer is None or target <= 0:
        return False
    at, cause, unit = offer
    away = abs(unit - target) / target
    if away * 10_000 <= rules.price_as_is_bp:
        ratio = 0.0
    elif target <= unit <= ceiling or away * 10_000 <= rules.price_edited_bp:
        ratio = min(rules.edited_most, max(away, rules.as_is_most + 1e-4))
    else:
        ratio = max(away, rules.edited_most + 1e-4)
    ledger.take(session, row, at, ratio, actor=row.person_id, cause=cause, how="offer")
    return True


def _talk_track(session: Session, row: Suggestion, since: datetime, until: datetime, rules: Advice) -> bool:
    """Its words in what the person wrote or said to a customer after it."""
    for at, cause, said in followed.words_of(session, row.person_id, row.deal_id or "", since, until):
        ratio = use_in(str(row.payload.get("text", "")), said)
        if ratio <= rules.edited_most:
            ledger.take(session, row, at, ratio, actor=row.person_id, cause=cause, how="words")
            return True
    return False


def _email(session: Session, row: Suggestion, since: datetime, until: datetime, rules: Advice) -> bool:
    """A draft that the person sent by hand: their own mails about the deal, however much they changed of it."""
    if row.action_id:
        return False
    body = str(row.payload.get("body", ""))
    mails = followed.own_mails(session, row.person_id, row.deal_id or "", since, until)
    ratios = [(edit_ratio(body, text), at, cause) for at, cause, text in mails]
    best = min(ratios, default=None)
    if best is None or best[0] > rules.edited_most:
        return False
    ledger.take(session, row, best[1], best[0], actor=row.person_id, cause=best[2], how="by hand")
    return True


def _coaching(session: Session, row: Suggestion, since: datetime, until: datetime, _: Advice) -> bool:
    """The colleague's next reviewed call is without the point, or has it again."""
    found = followed.first_review(session, row.person_id, since, until)
    if found is None:
        return False
    at, call_id, kinds = found
    if row.payload.get("point") in kinds:
        rows.append(
            session, row, "rejected", at, actor=row.person_id, cause=call_id, detail={"reason": "again"}
        )
    else:
        ledger.take(session, row, at, 0.0, actor=row.person_id, cause=call_id, how="next call")
    return True


_KINDS: dict[str, Callable[[Session, Suggestion, datetime, datetime, Advice], bool]] = {
    "next_step": _next_step,
    "price": _price,
    "talk_track": _talk_track,
    "email": _email,
    "coaching": _coaching,
}


def _ended(session: Session, row: Suggestion, what: Deal | Lead) -> bool:
    """What came of the deal or lead it was about."""
    if what.closed_at is None:
        return False
    if isinstance(what, Deal):
        won = what.stage == "won"
        detail = {"won": won, "amount_fen": what.amount_fen if won else 0, "currency": what.currency}
    else:
        detail = {"won": what.status == "converted"}
    return rows.append(session, row, "outcome", what.closed_at, actor=SYSTEM, detail=detail)


def events(session: Session, suggestion_id: str) -> Sequence[SuggestionEvent]:
    """The log of one suggestion, oldest first."""
    return rows.events_of(session, suggestion_id)
