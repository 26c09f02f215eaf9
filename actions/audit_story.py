"""The whole story of one action for an auditor, from the record and the rows: who, what, why, by which rules, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from knowledge.model import Person, Role

from . import record
from .rowhash import ROW, row_hash
from .sight import find, sees
from .stored import intact
from .tables import Action, Approval, AuditRecord, Incident

SEES_EVERYTHING = frozenset({Role.AUDITOR, Role.ADMIN, Role.LEGAL, Role.DIRECTOR})
"""Who reads the whole record; everybody else what they could see anyway."""

LINE = tuple[str, str, str]
"""Label in Chinese, in English, and the value."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One link about the action: what happened, who did it, what was decided by which rules under which rule book."""

    seq: int
    at: datetime
    event: str
    actor: str
    channel: str
    decision: str
    rules: tuple[str, ...]
    policy: str
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """Everything there is. `row` is None when only the chain knows of it; `agrees` whether the row is what the chain says."""

    action_id: str
    code: str
    lines: tuple[LINE, ...]
    steps: tuple[Step, ...]
    agrees: bool
    erased: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "action_id": self.action_id,
            "code": self.code,
            "agrees_with_the_chain": self.agrees,
            "erased": self.erased,
            "facts": {en: value for _, en, value in self.lines},
            "steps": [
                vars(step) | {"at": step.at.isoformat(), "rules": list(step.rules)} for step in self.steps
            ],
        }


def reads_all(person: Person) -> bool:
    """Whether this person reads the whole record."""
    return person.active and bool(SEES_EVERYTHING & set(person.roles))


def story(session: Session, person: Person, ref: str, now: datetime) -> Story | None:
    """The story of an action by its id or code; None when there is none, or not for this person."""
    action = find(session, ref)
    if action is None:
        return _of_chain_alone(session, person, ref.strip())
    if not reads_all(person) and not sees(session, person, action, now):
        return None
    links = record.history(session, action.id)
    last = next((str(link.detail[ROW]) for link in reversed(links) if ROW in link.detail), "")
    whole = action.erased_at is not None or intact(action)
    same = {link.payload_hash for link in links} <= {action.payload_hash}
    return Story(
        action_id=action.id,
        code=action.code,
        lines=tuple(line for line in _lines(session, action, links) if line[2]),
        steps=tuple(map(_step, links)),
        agrees=bool(links) and whole and same and (not last or last == row_hash(session, action)),
        erased=action.erased_at is not None,
    )


def _of_chain_alone(session: Session, person: Person, ref: str) -> Story | None:
    """What the chain still tells of an action whose row is gone."""
    links = record.history(session, ref) if ref.startswith("act-") and reads_all(person) else []
    if not links:
        return None
    gone = (
        "状态",
        "State",
        "这一行已不在库中,只有审计链知道它 / the row is gone; only the chain knows of it",
    )
    return Story(
        action_id=ref, code="", lines=(gone,), steps=tuple(map(_step, links)), agrees=False, erased=False
    )


def _lines(session: Session, action: Action, links: list[AuditRecord]) -> list[LINE]:
    asker = session.get(Person, action.requester_id)
    erased = action.erased_at
    decision = action.decision
    return [
        ("动作", "Action", f"{action.action} {action.code} ({action.id})"),
        ("状态", "State", action.state),
        ("发起", "Asked for by", f"{asker.name if asker else '?'} ({action.requester_id})"),
        ("起草", "Drafted by", action.drafted_by),
        ("关于", "About", f"{action.resource_kind} {action.resource_id}"),
        ("渠道", "Channel", next((link.channel for link in links if link.channel), "")),
        ("内容", "Content", f"{erased:%Y-%m-%d} 按要求删除 / erased on request on {erased:%Y-%m-%d}" if erased else "在库 / kept"),
        ("来源标签", "Labels", "; ".join(f"{name}: {', '.join(one)}" for name, one in sorted(action.labels.items()))),
        ("当时的事实", "Facts", "; ".join(f"{k}={_plain(v)}" for k, v in sorted(action.facts.items()))),
        ("结论", "Verdict", str(decision.get("verdict", ""))),
        *(
            ("规则", "Rule", f"{rule['id']}: {rule.get('reason', '')} / {rule.get('reason_en', '')}")
            for rule in decision.get("rules", [])
        ),
        ("规则版本", "Policy version", action.policy_version),
        *(("表态", "Vote", _vote(session, vote)) for vote in _votes(session, action)),
        *(("事故", "Incident", f"{one.kind} {one.by_id} {one.at:%Y-%m-%d %H:%M:%S}Z {one.note}") for one in _incidents(session, action)),
        ("结果", "Outcome", str(action.result.get("detail", ""))),
        ("回执", "Reference", str(action.result.get("reference", ""))),
        ("内容指纹", "Payload hash", action.payload_hash),
        ("卡片指纹", "Preview hash", action.preview_hash),
    ]  # fmt: skip


def _vote(session: Session, vote: Approval) -> str:
    """Who said what as whom, in whose place, how long the card had been open, on which content."""
    person = session.get(Person, vote.person_id)
    said = "批准 / yes" if vote.verdict == "yes" else "驳回 / no"
    place = f", 代 / for {vote.delegated_from}" if vote.delegated_from else ""
    open_ = "" if vote.seconds is None else f", {vote.seconds} s"
    name = f"{person.name if person else '?'} ({vote.person_id})"
    reason = f" {vote.reason}" if vote.reason else ""
    return f"{name} {said} [{vote.role}{place}{open_}] {vote.at:%Y-%m-%d %H:%M:%S}Z #{vote.payload_hash[:16]}{reason}"


def _votes(session: Session, action: Action) -> list[Approval]:
    query = select(Approval).where(Approval.action_id == action.id).order_by(col(Approval.id))
    return list(session.exec(query))


def _incidents(session: Session, action: Action) -> list[Incident]:
    return list(
        session.exec(select(Incident).where(Incident.action_id == action.id).order_by(col(Incident.id)))
    )


def _step(link: AuditRecord) -> Step:
    return Step(
        seq=link.seq,
        at=link.ts_utc,
        event=link.event,
        actor=link.actor,
        channel=link.channel,
        decision=link.decision,
        rules=tuple(link.rules),
        policy=link.policy_ver,
        detail={name: value for name, value in link.detail.items() if name != ROW},
        hash=link.hash,
    )


def _plain(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
