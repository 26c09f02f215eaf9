"""The chain of an approval as people read it: who has agreed, whose turn it is, who comes after, and whose it could be."""

from __future__ import annotations

from sqlmodel import Session, select

from knowledge.model import Person
from policies.seats import heads, roles_in

from .people import REQUESTER, asked_first
from .stored import on_turn
from .tables import Action, Approval
from .wording import seat_name

BANDS = (
    (500, "requester", "≤ 5 %"),
    (1500, "manager", "≤ 15 %"),
    (2500, "director", "≤ 25 %"),
)
"""How far each role may go with a discount (authority.md E5); above the last band director and finance together."""


def chain(session: Session, action: Action, language: str = "zh") -> tuple[str, ...]:
    """One line a seat, in the order they are asked: `1. 经理 ✓ 赵磊`, `2. 法务 … 等待 林芳`, `2. 财务 · 未到`."""
    rules = action.decision.get("rules", [])
    steps: dict[str, int] = {}
    for rule in rules:
        for seat in rule.get("approvers", []):
            steps[seat] = min(steps.get(seat, 99), int(rule.get("step", 1)))
    for seat in action.decision.get("approvers", []):
        if not any(roles_in(seat) == roles_in(one) for one in steps):
            steps[seat] = 1
    steps |= {
        vote.role: 1 for vote in _yes(session, action) if not any(vote.role in roles_in(s) for s in steps)
    }
    wanted = action.decision.get("approvers", [])
    lines = []
    for seat, step in sorted(steps.items(), key=lambda one: (one[1], one[0])):
        line = _seat(session, action, seat, wanted, language)
        if line:
            lines.append(f"{step}. {line}")
    return tuple(lines)


def _seat(session: Session, action: Action, seat: str, wanted: list[str], language: str) -> str:
    """One seat: who filled it, or who is asked. "" for one that a stronger yes has made needless."""
    en = language == "en"
    name = seat_name(seat, language)
    given = [vote for vote in _yes(session, action) if vote.role in roles_in(seat)]
    names = ", ".join(_name(session, vote.person_id) for vote in given)
    open_seat = next((one for one in wanted if roles_in(one) == roles_in(seat)), "")
    if not open_seat:
        return f"{name} ✓ {names}" if given else ""
    mark = f" ✓ {names} ({len(given)}/{heads(seat)})" if given else ""
    if any(roles_in(one) == roles_in(seat) for one in on_turn(action)):
        people = asked_first(session, action, open_seat, action.created_at)
        who = ", ".join(person.name for person in people) or ("nobody can" if en else "目前无人可批")
        return f"{name}{mark} … {'waiting for' if en else '等待'} {who}"
    return f"{name}{mark} · {'not yet asked' if en else '未到'}"


def _yes(session: Session, action: Action) -> list[Approval]:
    rows = select(Approval).where(Approval.action_id == action.id, Approval.verdict == "yes")
    return list(session.exec(rows.order_by(Approval.id)))  # type: ignore[arg-type]


def _name(session: Session, person_id: str) -> str:
    person = session.get(Person, person_id)
    return person.name if person else person_id


def authority_line(action: Action, language: str = "zh") -> str:
    """How far each role may go with the discount asked for; "" when there is none."""
    discount = int(action.facts.get("discount_bp", 0))
    if not discount:
        return ""
    asker = "the asker" if language == "en" else "发起人"
    parts = [f"{asker if role == REQUESTER else seat_name(role, language)} {band}" for _, role, band in BANDS]
    above = "director + finance above" if language == "en" else "以上须总监 + 财务"
    return f"{discount / 100:g} % · " + " · ".join([*parts, above])
