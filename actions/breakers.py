"""The circuit breakers as rows: every process asks and tells the same one. Who waits because of one is told."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from knowledge.library import people as people_rows
from knowledge.model import Notice, Role

from . import notices
from .action import State
from .gateways.breaker import Breaker, BreakerState, recent_of
from .tables import Action, GatewayState
from .wording import in_language, local_time

GATEWAYS = {"mail": ("邮件", "mail"), "messages": ("客户消息", "customer messages")}
"""What people call a gateway."""

HELD = "held"
"""Kind of the notice that an action waits for its gateway."""


def breaker_of(session: Session, name: str) -> Breaker:
    """The breaker of this gateway, in the caller's transaction (which holds the system lock when it means to write)."""
    return _breaker(session.get(GatewayState, name, populate_existing=True))


def shut(session: Session, now: datetime) -> dict[str, GatewayState]:
    """The gateways through which nothing goes at this moment, by name."""
    rows = session.exec(select(GatewayState).where(GatewayState.state != "closed"))
    return {row.name: row for row in rows if not _breaker(row).admits(now)}


def enter(session: Session, name: str, now: datetime) -> None:
    """Something the breaker admitted is on its way."""
    before = breaker_of(session, name)
    after = before.entered(now)
    if after != before:
        _keep(session, name, after, "", now)


def report(session: Session, name: str, error: str, now: datetime) -> None:
    """What came of it: "" for a gateway that answered, else what went wrong (`中文 / English`)."""
    before = breaker_of(session, name)
    after = before.failed(now) if error else before.succeeded()
    if after == before:
        return
    _keep(session, name, after, error, now)
    if after.state == "open" and before.state == "closed":
        _alarm(session, name, after, error, now)
    if after.state == "closed" and before.state != "closed":
        _healed(session, name, now)


def trip(session: Session, name: str, error: str, now: datetime) -> None:
    """The gateway cannot even be built: open at once, for longer each time."""
    before = breaker_of(session, name)
    after = before
    while after.state != "open" or after.retry_at is None or after.retry_at <= now:
        after = after.entered(now).failed(now)
    _keep(session, name, after, error, now)
    if before.state == "closed":
        _alarm(session, name, after, error, now)


def untold(session: Session, actions: list[Action], row: GatewayState) -> list[Action]:
    """Of these actions the ones whose asker has not heard of this outage."""
    if not actions:
        return []
    known = select(Notice.action_id).where(Notice.kind == HELD, col(Notice.at) >= row.at)
    told = set(session.exec(known))
    return [action for action in actions if action.id not in told]


def tell_held(session: Session, actions: list[Action], row: GatewayState, now: datetime) -> list[str]:
    """Each asker hears once per outage that their action waits, and why; returns the ids told of."""
    fresh = untold(session, actions, row)
    again = local_time(row.retry_at) if row.retry_at else ""
    zh, en = GATEWAYS.get(row.name, (row.name, row.name))
    for action in fresh:
        words = (
            f"{action.code} 已到时间,但{zh}通道暂时不通({in_language(row.last_error, 'zh')}),没有发出,恢复后自动发送,"
            f"下次尝试 {again};要撤销请发 /undo {action.code}",
            f"{action.code} is due, but the way out for {en} is down ({in_language(row.last_error, 'en')}): nothing was sent; "
            f"it goes out by itself once that works, next try {again}; /undo {action.code} takes it back",
        )
        notices.tell(session, action.requester_id, words, action.id, now, kind=HELD)
    return [action.id for action in fresh]


def _breaker(row: GatewayState | None) -> Breaker:
    if row is None:
        return Breaker()
    return Breaker(
        state=cast(BreakerState, row.state),
        failures=tuple(datetime.fromisoformat(at) for at in row.failures),
        pause_s=row.pause_s,
        retry_at=row.retry_at,
    )


def _keep(session: Session, name: str, breaker: Breaker, error: str, now: datetime) -> None:
    row = session.get(GatewayState, name) or GatewayState(name=name, at=now)
    if row.state == "closed" or breaker.state == "closed":
        row.at = now  # when this outage began, or ended
    row.state, row.pause_s, row.retry_at = breaker.state, breaker.pause_s, breaker.retry_at
    row.failures = [at.isoformat() for at in recent_of(breaker.failures, now)]
    row.last_error = (error or row.last_error)[:500]
    session.add(row)
    session.flush()


def _alarm(session: Session, name: str, breaker: Breaker, error: str, now: datetime) -> None:
    zh, en = GATEWAYS.get(name, (name, name))
    waiting = select(Action.id).where(Action.state == State.SCHEDULED)
    count = len(session.exec(waiting).all())
    again = local_time(breaker.retry_at) if breaker.retry_at else ""
    words = (
        f"⚠ {zh}通道暂停: {in_language(error, 'zh')}。排期中的 {count} 个动作会等待,{again} 再试。详情: chengdan doctor",
        f"⚠ the way out for {en} is shut: {in_language(error, 'en')}. {count} scheduled actions wait; next try {again}. "
        "See chengdan doctor",
    )
    _tell_admins(session, words, now)


def _healed(session: Session, name: str, now: datetime) -> None:
    zh, en = GATEWAYS.get(name, (name, name))
    _tell_admins(session, (f"✓ {zh}通道已恢复", f"✓ the way out for {en} works again"), now)


def _tell_admins(session: Session, words: tuple[str, str], now: datetime) -> None:
    for person in people_rows.people_with_role(session, Role.ADMIN):
        notices.tell(session, person.id, words, "", now, kind=HELD)
