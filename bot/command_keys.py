"""Commands of those who answer for others: nudge, hand over, delegate, own figures, stop and resume. Both languages each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from actions.action import State
from actions.approver_figures import Figures, figures_of
from actions.counter import PersonDesk
from actions.gate import Gate
from actions.handing import Handing
from actions.sight import find, sees
from actions.switch import Switch
from actions.timers import Timers
from actions.wording import in_language
from knowledge.library import people as people_rows
from knowledge.model import Person

Both = tuple[str, str]
"""A sentence in Chinese and in English."""

FIGURES_SINCE = timedelta(days=90)
UNKNOWN: Both = ("没有找到这个动作", "no such action")


@dataclass(frozen=True)
class Keys:
    """What these commands may turn."""

    gate: Gate
    switch: Switch
    timers: Timers
    handing: Handing


def stop(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    said = keys.switch.stop(desk.person.id, rest.strip()[:500], channel=desk.channel)
    return said.zh, said.en


def resume(_rest: str, keys: Keys, desk: PersonDesk) -> Both:
    said = keys.switch.resume(desk.person.id, channel=desk.channel)
    return said.zh, said.en


def nudge(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    """The asker has slow approvers reminded, once an hour."""
    with keys.gate.store.reading() as session:
        action = find(session, rest) if rest else None
        if action is None or not sees(session, desk.person, action, desk.now):
            return UNKNOWN
    if action.requester_id != desk.person.id:
        return "只有发起人可以催办", "only the person who asked may nudge"
    if action.state != State.PENDING:
        return f"{action.code} 没有在等审批", f"{action.code} does not wait for approval"
    if not keys.timers.nudge(desk.person.id, action):
        return "一小时内已经催过了", "they were reminded within the hour"
    return f"已提醒 {action.code} 的审批人", f"the approvers of {action.code} were reminded"


def handover(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    ref, _, who = rest.partition(" ")
    with keys.gate.store.reading() as session:
        other = _one(session, who)
    if isinstance(other, tuple):
        return other
    outcome = keys.handing.hand_over(desk.person.id, ref, other.id, channel=desk.channel)
    if outcome.state is State.PENDING and not in_language(outcome.reason, "zh").startswith(
        outcome.code or "?"
    ):
        return in_language(outcome.reason, "zh"), in_language(outcome.reason, "en")
    if not outcome.action_id:
        return UNKNOWN
    return f"{outcome.code} 已转交 {other.name}", f"{outcome.code} was handed to {other.name}"


def delegate(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    """`/delegate 周敏 2026-12-01` (until the end of that day) or `/delegate off`."""
    if rest.strip().lower() in ("off", "收回", "取消"):
        said = keys.handing.take_back(desk.person.id, channel=desk.channel)
        return said.zh, said.en
    match = re.fullmatch(
        r"(.+?)\s+(?:至|到|until\s+)?\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?", rest.strip()
    )
    if match is None:
        return (
            "用法: /delegate 姓名 2026-12-01;收回: /delegate off",
            "usage: /delegate NAME 2026-12-01; /delegate off",
        )
    try:
        day = datetime.fromisoformat(f"{match[2]}T{match[3] or '23:59'}").replace(tzinfo=UTC)
    except ValueError:
        return "没有这个日期", "there is no such date"
    ends = day - timedelta(hours=keys.gate.rules.utc_offset_hours)
    with keys.gate.store.reading() as session:
        other = _one(session, match[1])
    if isinstance(other, tuple):
        return other
    said = keys.handing.delegate(desk.person.id, other.id, ends, channel=desk.channel)
    return said.zh, said.en


def figures(_rest: str, keys: Keys, desk: PersonDesk) -> Both:
    with keys.gate.store.reading() as session:
        found = figures_of(session, desk.person.id, desk.now - FIGURES_SINCE, desk.now)
    return figures_text(desk.person.name, found, "zh"), figures_text(desk.person.name, found, "en")


def _one(session: Session, who: str) -> Person | Both:
    found = people_rows.find_person(session, who)
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(person.id for person in found)
        return f"“{who}”不止一个人: {ids},请用编号", f"several people are called {who}: {ids}; use the id"
    return f"不认识“{who.strip()}”", f"nobody is called {who.strip()!r}"


def figures_text(name: str, f: Figures, language: str) -> str:
    """An approver's figures in lines; what there is too little of says so."""
    en = language == "en"
    few = "not enough data" if en else "数据不足"

    def share(value: float | None) -> str:
        return few if value is None else f"{value:.0%}"

    def span(value: float | None) -> str:
        return few if value is None else f"{value:.0f} s" if value < 3600 else f"{value / 3600:.1f} h"

    rows = [
        ("近 90 天审批", "Decisions in 90 days", f"n={f.n}"),
        (
            "打开卡片到答复(中位 / P10)",
            "Card open to answer (median / P10)",
            f"{span(f.median_s)} / {span(f.p10_s)}, n={f.timed}",
        ),
        ("5 秒内答复", "Answered within 5 s", share(f.share_hasty)),
        ("3 秒内就批准", "Approved within 3 s", share(f.share_unread_yes)),
        ("批准率", "Approved", share(f.share_yes)),
        (
            "每次审批的修改",
            "Edits per decision",
            few if f.edits_per_decision is None else f"{f.edits_per_decision:.2f}",
        ),
        ("识破测试卡", "Test cards caught", f"{f.canaries_caught}/{f.canaries}" if f.canaries else few),
        ("等待时间 P90", "Waiting time P90", span(f.waited_p90_s)),
        ("受托代批", "As a delegate", share(f.share_delegated)),
        ("升级过", "Escalated", str(f.escalated)),
        ("最忙的一天", "Busiest day", str(f.busiest_day)),
        ("现在等待", "Waiting now", str(f.waiting_now)),
    ]
    lines = [name, *(f"  {en_label if en else zh}: {value}" for zh, en_label, value in rows)]
    return "\n".join([*lines, *(f"⚠ {alarm[1] if en else alarm[0]}" for alarm in f.alarms)])
