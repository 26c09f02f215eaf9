"""What follows a done deed because a rule says so: the manager is told, or shown a sample."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from knowledge.model import Person

from . import notices
from .people import asked_first
from .subjects import subject_of
from .tables import Action
from .wording import verb

SAMPLE = 20
"""One in so many is shown afterwards; which ones follows from the payload's hash and cannot be foreseen."""


def fulfil(session: Session, action: Action, now: datetime) -> None:
    """Do what the decision obliges to, in the transaction that writes the end."""
    for obligation in action.decision.get("obligations", []):
        if obligation["name"] == "sample_review" and int(action.payload_hash[:8], 16) % SAMPLE:
            continue
        asker = session.get(Person, action.requester_id)
        what, name = subject_of(session, action).name, asker.name if asker else ""
        sample = obligation["name"] == "sample_review"
        words = (
            f"{'🔍 抽查' if sample else 'ℹ 告知'} {action.code}: {name} {verb(action.action)}({what})已执行。"
            f"{obligation['reason']}。查看: /show {action.code}  有问题: /serious {action.code} 原因",
            f"{'🔍 sample' if sample else 'ℹ for your information'} {action.code}: {name} did {verb(action.action, 'en')} "
            f"({what}). {obligation['reason_en']}. /show {action.code}  wrong: /serious {action.code} why",
        )
        for person in asked_first(session, action, "manager", now):
            notices.tell(session, person.id, words, action.id, now, kind="obligation")
