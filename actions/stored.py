"""An action as it is stored: its payload with the hash that guards it, its decision as JSON, its short code."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, select

from .action import fingerprint
from .tables import Action

if TYPE_CHECKING:
    from .evaluation import Evaluation

CODE_ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
"""No letters or figures that are mistaken for each other when read aloud or typed on a phone."""


def intact(action: Action) -> bool:
    """Whether the stored text still has the hash that was judged."""
    return fingerprint(action.salt, action.payload) == action.payload_hash


def payload_of(action: Action) -> dict[str, Any]:
    """The canonical payload; raises ValueError when the stored text no longer has the hash that was judged."""
    if action.erased_at is not None:
        raise ValueError(f"动作 {action.code} 的内容已按要求删除 / the content of {action.code} was erased")
    if not intact(action):
        raise ValueError(f"动作 {action.code} 的内容与记录的指纹不符 / payload of {action.code} was changed")
    loaded: dict[str, Any] = json.loads(action.payload)
    return loaded


def decision_record(evaluation: Evaluation) -> dict[str, Any]:
    """The decision with what was judged, as plain JSON: enough to explain it and to replay it."""
    decision = evaluation.decision
    shadow = evaluation.shadow
    dry_run = (
        {"shadow": {"verdict": shadow.verdict.value, "approvers": list(shadow.approvers)}} if shadow else {}
    )
    return dry_run | {
        "verdict": decision.verdict.value,
        "approvers": list(decision.approvers),
        "turn": list(decision.turn),
        "undo_seconds": decision.undo_seconds,
        "warnings": list(decision.warnings),
        "unlock": decision.unlock,
        "unlock_en": decision.unlock_en,
        "obligations": [asdict(one) for one in decision.obligations],
        "rules": [
            {
                "id": hit.id,
                "reason": hit.reason,
                "reason_en": hit.reason_en,
                "verdict": hit.verdict.value,
                "approvers": list(hit.approvers),
                "step": hit.step,
            }
            for hit in decision.rules
        ],
        "principal": evaluation.principal.as_record(),
        "resource": evaluation.resource.as_record(),
    }


def on_turn(action: Action) -> list[str]:
    """The seats asked now; every empty seat where the decision knows no order."""
    return list(action.decision.get("turn") or action.decision.get("approvers", []))


def confirm_code(action: Action) -> str:
    """What an approver of a high risk types after the code; it stands on the card and comes from the payload's hash."""
    return letters(int(action.payload_hash, 16) // 7, 4)


def free_code(session: Session, key: str) -> str:
    """A short code for people, the same for the same key; longer when a short one is taken."""
    text = letters(int(key, 16), 16)
    for length in range(4, 17):
        code = text[:length]
        if session.exec(select(Action.id).where(Action.code == code)).first() is None:
            return code
    raise ValueError("no free action code")


def letters(number: int, length: int) -> str:
    """A number as letters that are not mistaken for each other."""
    found = []
    for _ in range(length):
        number, rest = divmod(number, len(CODE_ALPHABET))
        found.append(CODE_ALPHABET[rest])
    return "".join(found)
