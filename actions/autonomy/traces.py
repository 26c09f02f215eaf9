"""From rows to traces: what people did with each proposal, in the system or by hand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from actions.action import State
from actions.standing import Places
from actions.tables import Action, Incident
from knowledge.model import OUTBOUND, Interaction, InteractionKind

from .measures import Fate, Trace, fate_of_edit

BY_HAND_WITHIN = timedelta(days=7)
"""How long a draft waits to be found again among what the person did themselves."""

DID = "did"
"""Key of a draft's result under which the person said what they made of it: as_is or edited."""

_MAILS = frozenset({"send_email", "send_quote", "send_contract"})
_LAPSED = frozenset({State.EXPIRED, State.DENIED})
_OPEN = frozenset({State.PENDING, State.SCHEDULED, State.EXECUTING})
_NO = frozenset({State.REJECTED, State.CANCELLED})
_BATCH = 500


@dataclass(frozen=True)
class Placed:
    """A trace and the scopes it lay in, narrowest first."""

    trace: Trace
    scopes: tuple[str, ...]


def traces(
    session: Session, verb: str, since: datetime, now: datetime, *, latest: int | None = None
) -> list[Placed]:
    """Every proposal of a verb since a moment, oldest first; test cards are none. With `latest`, the newest so many."""
    query = (
        select(Action)
        .where(Action.action == verb, col(Action.created_at) >= since, Action.canary_of == "")
        .order_by(col(Action.created_at).desc(), col(Action.id).desc())
    )
    rows = list(session.exec(query.limit(latest)))[::-1]
    after = {row.supersedes: row for row in rows if row.supersedes}
    roots = [row for row in rows if not row.supersedes]
    incidents = _incidents(session, [row.id for row in rows])
    by_hand = ByHand(session, [row for row in rows if row.state == State.DRAFT_ONLY], now)
    places = Places.of(session)
    found = []
    for root in roots:
        chain = [root]
        while chain[-1].id in after:
            chain.append(after[chain[-1].id])
        kinds = tuple(kind for row in chain for kind in incidents.get(row.id, ()))
        found.append(
            Placed(_trace(chain, kinds, by_hand, now), places.scopes(root.resource_id, root.team_id))
        )
    return found


def _trace(chain: Sequence[Action], incidents: tuple[str, ...], by_hand: ByHand, now: datetime) -> Trace:
    first, last = chain[0], chain[-1]
    touched = fate_of_edit(changed(words_of(first), words_of(last))) if len(chain) > 1 else Fate.AS_IS
    fate = _fate(first, last, touched, by_hand, now)
    return Trace(
        code=first.code,
        at=first.created_at,
        fate=fate,
        undone=last.state == State.UNDONE,
        done=last.state == State.EXECUTED,
        incidents=incidents,
        shadow=str(first.decision.get("shadow", {}).get("verdict", "")),
        rewritten=Fate.REWRITTEN in (touched, fate),
    )


def _fate(first: Action, last: Action, touched: Fate, by_hand: ByHand, now: datetime) -> Fate:
    if last.state in _LAPSED:
        return Fate.LAPSED
    if last.state in _NO:
        return Fate.REJECTED
    if last.state == State.DRAFT_ONLY:
        return by_hand.fate(first, last)
    can_still_undo = last.state == State.EXECUTED and last.undo_until is not None and last.undo_until > now
    if last.state in _OPEN or can_still_undo:
        return Fate.OPEN
    return touched


class ByHand:
    """What people did themselves after a draft: their own mails about the same deal, or what they said they did."""

    def __init__(self, session: Session, drafts: Sequence[Action], now: datetime) -> None:
        self._now = now
        self._mails = _own_mails(session, [row for row in drafts if row.action in _MAILS])

    def fate(self, first: Action, last: Action) -> Fate:
        said = str(last.result.get(DID, ""))
        if said:
            return Fate.AS_IS if said == "as_is" else Fate.EDITED
        until = last.created_at + BY_HAND_WITHIN
        mails = self._mails.get((last.requester_id, last.resource_id), ())
        ratios = [changed(body_of(first), text) for at, text in mails if last.created_at < at <= until]
        if ratios:
            return fate_of_edit(min(ratios))
        return Fate.UNUSED if self._now > until else Fate.OPEN


def changed(before: str | None, after: str | None) -> float:
    """How much of a text people changed: Levenshtein over the longer length (D11), 0-1. What was erased cannot be
    compared and counts as edited."""
    if before is None or after is None:
        return 0.5
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_distance(before.strip(), after.strip()))


def words_of(action: Action) -> str | None:
    """What people read of a payload: subject and text of a message, else all of it. None when it was erased."""
    if action.erased_at is not None:
        return None
    payload: Mapping[str, Any] = json.loads(action.payload)
    if "body" in payload:
        return f"{payload.get('subject', '')}\n{payload['body']}"
    return json.dumps(payload, ensure_ascii=False, sort_keys=True)


def body_of(action: Action) -> str | None:
    """The text of a message alone: what a mail that somebody wrote themselves is compared with."""
    if action.erased_at is not None:
        return None
    return str(json.loads(action.payload).get("body", ""))


def _own_mails(
    session: Session, drafts: Sequence[Action]
) -> dict[tuple[str, str], list[tuple[datetime, str]]]:
    """Outgoing mails that were not ours, by person and deal."""
    found: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    if not drafts:
        return found
    deals = sorted({row.resource_id for row in drafts})
    since = min(row.created_at for row in drafts)
    for at in range(0, len(deals), _BATCH):
        query = select(Interaction.person_id, Interaction.deal_id, Interaction.at, Interaction.text).where(
            col(Interaction.deal_id).in_(deals[at : at + _BATCH]),
            Interaction.kind == InteractionKind.MAIL,
            col(Interaction.direction).in_(OUTBOUND),
            Interaction.source != "chengdan",
            col(Interaction.at) > since,
        )
        for person, deal, moment, text in session.exec(query):
            found[(person or "", deal or "")].append((moment, text))
    return found


def _incidents(session: Session, ids: Iterable[str]) -> dict[str, list[str]]:
    wanted, found = list(ids), defaultdict(list)
    for at in range(0, len(wanted), _BATCH):
        query = select(Incident.action_id, Incident.kind).where(
            col(Incident.action_id).in_(wanted[at : at + _BATCH])
        )
        for action_id, kind in session.exec(query):
            found[action_id].append(kind)
    return found
