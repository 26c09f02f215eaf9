"""Test cards: one card in fifty has a twin with a visible fault in it, to see whether approvers still read (authority.md E9).

A twin is shown to one approver alone, looks like any other card, performs nothing whatever is answered, and never counts
for or against the action it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from knowledge.model import Notice, Person

from . import notices, record
from .action import State, canonical, digest, fingerprint
from .stored import free_code, payload_of
from .tables import Action

PLANTED, CAUGHT, MISSED, LAPSED = "canary_planted", "canary_caught", "canary_missed", "canary_lapsed"
LOOK_ALIKE = "account-verify.example"
"""A domain of nobody (RFC 2606): where a fault in a recipient points."""


@dataclass(frozen=True)
class Fault:
    """What was made wrong on purpose, in Chinese and English."""

    zh: str
    en: str


def due(action: Action, person_id: str, every: int) -> bool:
    """Whether this card gets a twin for this person; `every` 0 means never. The salt makes it unforeseeable."""
    return every > 0 and int(digest(f"{action.salt}:{action.id}:{person_id}"), 16) % every == 0


def after_asking(session: Session, action: Action, every: int, salt: str, now: datetime) -> None:
    """Plant what is due among the approvers who have just been asked, and ask them about the twin as well."""
    if action.state != State.PENDING or action.canary_of:
        return
    asked = select(Notice.person_id).where(Notice.action_id == action.id, Notice.kind == "card")
    for person_id in dict.fromkeys(session.exec(asked)):
        if person_id == action.requester_id or not due(action, person_id, every):
            continue
        person = session.get_one(Person, person_id)
        twin = plant(session, action, person, now, salt)
        if twin is not None:
            notices.ask(session, twin, person, "card", now, notices.digest_at(session, twin, person, now))


def spoil(payload: Mapping[str, Any]) -> tuple[dict[str, Any], Fault] | None:
    """A copy of the payload with one fault that a reader must see; None where there is nothing to spoil."""
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    if copy.get("to"):
        first = copy["to"][0]
        local, _, domain = first["address"].partition("@")
        first |= {"address": f"{local}@{LOOK_ALIKE}", "contact_id": "", "badge": "⚠ 陌生域名"}
        return copy, Fault(
            f"收件人域名从 {domain} 换成了 {LOOK_ALIKE}",
            f"the recipient's domain was {LOOK_ALIKE}, not {domain}",
        )
    for field in ("amount_fen", "new_amount_fen"):
        if isinstance(copy.get(field), int) and copy[field]:
            copy[field] *= 10
            return copy, Fault("金额放大了十倍", "the amount was ten times too large")
    if isinstance(copy.get("discount_bp"), int) and copy["discount_bp"]:
        copy["discount_bp"] = min(9900, copy["discount_bp"] + 5000)
        return copy, Fault("折扣多了 50 个百分点", "the discount was 50 points too high")
    return None


def plant(session: Session, action: Action, person: Person, now: datetime, salt: str) -> Action | None:
    """Make the twin of a waiting action for one approver, in the caller's transaction; None when there can be none."""
    if action.state != State.PENDING or action.canary_of:
        return None
    spoiled = spoil(payload_of(action))
    key = digest(f"canary:{action.id}:{person.id}")
    if spoiled is None or session.get(Action, f"act-{key[:16]}") is not None:
        return None
    text = canonical(spoiled[0])
    twin = Action(
        **{
            **action.model_dump(),
            "id": f"act-{key[:16]}",
            "code": free_code(session, key),
            "payload": text,
            "salt": salt,
            "payload_hash": fingerprint(salt, text),
            "preview_hash": fingerprint(salt, key),
            "idempotency_key": f"canary:{action.id}:{person.id}",
            "message_id": f"<canary-{key[:16]}@invalid>",
            "canary_of": action.id,
            "created_at": now,
            "nudged_at": None,
            "escalated_at": None,
            "decision": action.decision | {"canary_for": person.id, "fault": [spoiled[1].zh, spoiled[1].en]},
        }
    )
    session.add(twin)
    session.flush()
    record.append(session, record.Event(name=PLANTED, action=twin, actor="system"), now)
    return twin


def answered(session: Session, twin: Action, person: Person, event: str, now: datetime) -> tuple[str, str]:
    """End a twin by an answer and say what it was. Nothing was or will be performed."""
    twin.state, twin.finished_at = State.CANCELLED, now
    session.add(twin)
    session.flush()
    record.append(session, record.Event(name=event, action=twin, actor=person.id), now)
    zh, en = twin.decision.get("fault", ["", ""])
    if event == CAUGHT:
        return (f"✓ 这是一张测试卡({zh}),你看出来了。没有任何东西会被执行。",
                f"✓ This was a test card ({en}), and you caught it. Nothing will be performed.")  # fmt: skip
    return (f"⚠ 这是一张测试卡: {zh}。你批准了它;没有任何东西会被执行,但请逐项核对收件人与金额。",
            f"⚠ This was a test card: {en}. You approved it. Nothing is performed; please read recipients and amounts.")  # fmt: skip
