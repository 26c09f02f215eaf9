"""Writing the log of advice: each line in the transaction of the deed it tells of, once, whoever looks again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from actions.action import State, canonical
from actions.advice_view import Piece
from actions.tables import Action
from knowledge.blueprints import active_or_default
from knowledge.blueprints.advice import Advice
from knowledge.insight.advice import SYSTEM, arm_of
from knowledge.library import advice as rows
from knowledge.library import suggestions
from knowledge.model import Person, Suggestion

from .edits import WORDS, fate_of, ratio_of

ACCEPTING = frozenset({State.SCHEDULED, State.PENDING, State.EXECUTING, State.EXECUTED})
"""States that an action is in right after somebody asked for it and no rule said no."""


def rules_of(session: Session) -> Advice:
    """The rules in force."""
    return Advice.model_validate(active_or_default(session, "advice"))


def give(
    session: Session,
    person: Person,
    pieces: Sequence[Piece],
    now: datetime,
    *,
    conversation_id: str,
    channel: str,
) -> list[Suggestion]:
    """A suggestion for each piece, in order; what was advised before on the same day is the same row again."""
    rules = rules_of(session)
    return [_given(session, person, one, now, rules, conversation_id, channel) for one in pieces]


def _given(
    session: Session,
    person: Person,
    piece: Piece,
    now: datetime,
    rules: Advice,
    conversation_id: str,
    channel: str,
) -> Suggestion:
    subject = piece.deal_id or piece.lead_id
    day = (now + timedelta(hours=8)).date().isoformat()
    key = canonical(
        {
            "who": person.id,
            "kind": piece.kind,
            "subject": subject,
            "day": day,
            "content": dict(piece.content),
            "said": dict(piece.said),
        }
    )
    row = Suggestion(
        id="sg-" + hashlib.sha256(key.encode()).hexdigest()[:16],
        kind=piece.kind,
        person_id=person.id,
        deal_id=piece.deal_id or None,
        lead_id=piece.lead_id or None,
        conversation_id=conversation_id or None,
        payload=dict(piece.content),
        arm=str(piece.said.get("arms", "")),
        created_at=now,
        expires_at=now + timedelta(days=rules.ttl(piece.kind)),
    )
    stored = suggestions.add_suggestion(session, row)
    begin(session, stored, channel, piece.said)
    return stored


def begin(session: Session, row: Suggestion, channel: str, said: Mapping[str, Any] | None = None) -> None:
    """The first line about a suggestion."""
    subject = row.deal_id or row.lead_id or ""
    detail = {**({"subject": subject} if subject else {}), **(said or {})}
    rows.append(session, row, "suggested", row.created_at, actor="assistant", channel=channel, detail=detail)


def shown(
    session: Session, ids: Sequence[str], person_id: str, now: datetime, *, channel: str, cause: str
) -> None:
    """These suggestions stood in a reply to this person; `cause` is the reply."""
    for row in _theirs(session, ids, person_id):
        rows.append(session, row, "shown", now, actor="assistant", channel=channel, cause=cause)


def opened(session: Session, ids: Sequence[str], person_id: str, now: datetime, *, channel: str) -> None:
    """The person looked at what stands behind these."""
    for row in _theirs(session, ids, person_id):
        if row.status in rows.OPEN:
            rows.append(session, row, "opened", now, actor=person_id, channel=channel)


def _theirs(session: Session, ids: Sequence[str], person_id: str) -> list[Suggestion]:
    found = [session.get(Suggestion, one) for one in dict.fromkeys(ids)]
    return [row for row in found if row is not None and row.person_id == person_id]


def link(session: Session, action: Action, suggestion_id: str) -> None:
    """From now on this action is what became of the suggestion; of an edited action's suggestion, the new action."""
    if action.supersedes:
        for row in suggestions.by_action(session, action.supersedes):
            row.action_id = action.id
            session.add(row)
    row_ = session.get(Suggestion, suggestion_id) if suggestion_id else None
    if row_ is not None and row_.person_id == action.requester_id:
        row_.action_id = action.id
        session.add(row_)
    session.flush()


def follow(session: Session, action: Action, event: str, actor: str, channel: str, now: datetime) -> None:
    """What a transition of an action says about the advice it came from, in the transition's own transaction."""
    if action.canary_of:
        return
    for row in suggestions.by_action(session, action.id):
        if event == "evaluated":
            _asked_for(session, row, action, actor, channel, now)
        elif event in _REFUSALS:
            refused = {"reason": _REFUSALS[event], "action": action.id}
            rows.append(
                session, row, "rejected", now, actor=actor, channel=channel, cause=action.id, detail=refused
            )
        elif event == "undone":
            rows.append(session, row, "undone", now, actor=actor, channel=channel, cause=action.id)


_REFUSALS = {"rejected": "rejected", "cancelled": "withdrawn", "expired": "not_approved"}
"""Transition -> the reason under which it counts."""


def _asked_for(
    session: Session, row: Suggestion, action: Action, actor: str, channel: str, now: datetime
) -> None:
    """Somebody asked for what was suggested, as it was or changed."""
    if action.state == State.DENIED:
        rows.append(
            session,
            row,
            "rejected",
            now,
            actor=actor,
            channel=channel,
            cause=action.id,
            detail={"reason": "denied"},
        )
    if action.state not in ACCEPTING:
        return
    ratio = ratio_of(row.kind, _before(session, row, action), json.loads(action.payload))
    take(session, row, now, ratio, actor=actor, channel=channel, cause=action.id)


def _before(session: Session, row: Suggestion, action: Action) -> Mapping[str, Any]:
    """What was suggested, in the shape of the action's payload: the draft, or the payload before anybody edited it."""
    if row.kind in WORDS:
        return row.payload
    while action.supersedes and (older := session.get(Action, action.supersedes)) is not None:
        action = older
    found: dict[str, Any] = json.loads(action.payload) if action.erased_at is None else {}
    return found


def take(
    session: Session,
    row: Suggestion,
    at: datetime,
    ratio: float,
    *,
    actor: str,
    channel: str = "",
    cause: str = "",
    how: str = "",
) -> None:
    """It was used with so much of it changed: taken as is, edited, or rewritten, which is not taken (D11)."""
    rules = rules_of(session)
    event, detail = fate_of(ratio, rules.as_is_most, rules.edited_most)
    rows.append(
        session,
        row,
        event,
        at,
        actor=actor,
        channel=channel,
        cause=cause,
        detail=detail | ({"how": how} if how else {}),
    )


def revised(
    session: Session, suggestion_id: str, person_id: str, now: datetime, *, channel: str, by: str
) -> None:
    """The person had the assistant do it anew: the first attempt was not taken."""
    row = session.get(Suggestion, suggestion_id)
    if row is not None and row.person_id == person_id and row.status in rows.OPEN:
        rows.append(
            session,
            row,
            "rejected",
            now,
            actor=person_id,
            channel=channel,
            cause=by,
            detail={"reason": "revised"},
        )


def arms(session: Session, kind: str, subjects: Sequence[str]) -> dict[str, str]:
    """Id -> the arm of a deal in the comparison; nothing while the house has too few deals for one, or advice of this kind
    is not withheld."""
    rules = rules_of(session)
    off = not rules.holdout_pct or kind not in rules.withheld
    if off or rows.deals_in_all(session) < rules.holdout_from_deals:
        return {}
    return {one: arm_of(one, rules.holdout_pct, rules.holdout_salt) for one in subjects}


__all__ = [
    "SYSTEM",
    "Piece",
    "arms",
    "begin",
    "follow",
    "give",
    "link",
    "opened",
    "revised",
    "rules_of",
    "shown",
    "take",
]
