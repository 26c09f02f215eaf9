"""What mailboxes show of mails whose end is unknown, told to the person who settles them. It settles nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.library import feeds as rows
from knowledge.model import MailSighting

from . import notices
from .action import Outcome, State
from .answering import open_action
from .gate import Gate
from .tables import Action
from .wording import in_language, local_moment

WORDS = {
    "copy": ("有这封信", "this mail lies there"),
    "reply": ("有对这封信的回复", "something there answers it"),
    "bounce": ("有这封信的退信", "a server reports there that it bounced"),
    "nothing": ("没有找到", "it was not found there"),
}
"""What was found, in both languages."""

NO_PROOF = (
    "没找到不等于没发出:有的服务器不留已发送副本",
    "not found does not mean not sent: some servers keep no copy",
)


def doubtful(session: Session) -> list[tuple[str, datetime]]:
    """The Message-IDs of actions whose end is unknown, and when they were performed."""
    query = select(Action).where(Action.state == State.UNKNOWN, col(Action.message_id) != "")
    rows_found = session.exec(query.order_by(col(Action.id))).all()
    return [(one.message_id, one.finished_at or one.created_at) for one in rows_found]


def sent_by_us(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these Message-IDs are of actions of this house, whatever became of them."""
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found |= set(session.exec(select(Action.message_id).where(col(Action.message_id).in_(part))))
    return found


def write(gate: Gate, found: Sequence[MailSighting], now: datetime) -> int:
    """Keep what was seen; the asker of an action is told when something of their mail is found for the first time."""
    told = 0
    with gate.store.session() as session:
        for seen in found:
            before = session.get(MailSighting, (seen.message_id, seen.feed, seen.folder))
            news = seen.found != "nothing" and (before is None or before.found != seen.found)
            rows.put_sighting(session, seen)
            if news:
                told += _tell(gate, session, seen, now)
    return told


def evidence(session: Session, action: Action, offset_hours: int) -> list[tuple[str, str]]:
    """A line for every folder that was looked into, in both languages; what was found first."""
    seen = rows.sightings(session, action.message_id) if action.message_id else []
    lines = [_line(one, offset_hours) for one in seen]
    return [*lines, NO_PROOF] if lines and all(one.found == "nothing" for one in seen) else lines


def ask(gate: Gate, person_id: str, ref: str) -> tuple[str, str]:
    """`/settle CODE` without an answer: what is known of this end, to those who may settle it."""
    with gate.store.session() as session:
        found = open_action(gate, session, person_id, ref, State.UNKNOWN)
        if isinstance(found, Outcome):
            return in_language(found.reason, "zh"), in_language(found.reason_en or found.reason, "en")
        action, _person = found
        lines = evidence(session, action, gate.rules.utc_offset_hours)
        detail = str(action.result.get("detail", ""))
        none = ("还没有邮箱查过", "no mailbox has been looked into yet")
        code = action.code
    zh = "\n".join([f"{code} {in_language(detail, 'zh')}", *(one for one, _ in lines or [none])])
    en = "\n".join([f"{code} {in_language(detail, 'en')}", *(one for _, one in lines or [none])])
    return zh, en


def _line(seen: MailSighting, offset_hours: int) -> tuple[str, str]:
    zh, en = WORDS[seen.found]
    looked = local_moment(seen.seen_at, offset_hours)
    at = f" ({local_moment(seen.at, offset_hours)} {seen.subject})" if seen.at else ""
    return (
        f"· {seen.feed}“{seen.folder}”: {zh}{at};{looked} 查",
        f"· {seen.feed} “{seen.folder}”: {en}{at}; looked at {looked}",
    )


def _tell(gate: Gate, session: Session, seen: MailSighting, now: datetime) -> int:
    query = select(Action).where(Action.state == State.UNKNOWN, Action.message_id == seen.message_id)
    action = session.exec(query).first()
    if action is None:
        return 0
    zh, en = _line(seen, gate.rules.utc_offset_hours)
    tail = (
        f"是否已发出仍由你说: /settle {action.code} sent|not_sent",
        f"you say: /settle {action.code} sent|not_sent",
    )
    notices.tell_asker(
        session, action, (f"{action.code} {zh}。{tail[0]}", f"{action.code} {en}. {tail[1]}"), "", now
    )
    return 1
