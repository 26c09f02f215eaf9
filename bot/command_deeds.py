"""Commands about one's own deeds: taking back the last one, tasks, meetings, and files. Both languages each."""

from __future__ import annotations

import re

from sqlmodel import col, func, select

from actions import fetching, tasks
from actions.arguments import shown
from actions.counter import PersonDesk
from actions.tables import Action, AuditRecord

from .command_keys import Both, Keys

_BARE_UNDO = re.compile(
    r"\W*(?:请|麻烦)?(?:帮我)?(?:把)?(?:刚才的|刚才那个|刚刚的|上一步|上一个)?(?:撤回|撤销|收回)"
    r"(?:吧|一下|掉|刚才的|刚才那个|刚刚的|上一步|上一个|上个动作|刚才的操作)?\W*"
    r"|\W*(?:please )?(?:undo|take back|recall|unsend|revert)(?: it| that| this| the last one| my last action)?(?: please)?\W*"
    r"|\W*(?:please )?take (?:it|that|this) back(?: please)?\W*",
    re.IGNORECASE,
)
"""The whole message and nothing else: inside a sentence these words are talk, not a command."""

NOTHING: Both = (
    "这个对话里还没有可以撤回的动作。",
    "There is nothing in this conversation to take back.",
)


def is_bare_undo(text: str) -> bool:
    """Whether a message is the bare words for taking back what was just done."""
    return len(text) <= 40 and _BARE_UNDO.fullmatch(text.strip()) is not None


def last_action(keys: Keys, desk: PersonDesk) -> str:
    """The code of the last action this person asked for in this conversation; "" when there is none."""
    first = (
        select(AuditRecord.action_id, func.min(AuditRecord.seq).label("seq"))
        .group_by(AuditRecord.action_id)
        .subquery()
    )
    query = (
        select(Action.code)
        .join(first, first.c.action_id == Action.id)
        .where(
            Action.requester_id == desk.person.id,
            Action.conversation_id == desk.conversation_id,
            Action.conversation_id != "",
            Action.canary_of == "",
        )
        .order_by(col(Action.created_at).desc(), first.c.seq.desc())
    )
    with keys.gate.store.reading() as session:
        return session.exec(query.limit(1)).first() or ""


def my_tasks(_rest: str, _keys: Keys, desk: PersonDesk) -> Both:
    """Open tasks and the next meetings, one a line."""
    rows = [f"{one.id}  {one.title}  {shown(one.due_at)}".rstrip() for one in desk.tasks()]
    rows += [f"{shown(one.starts_at)}  {one.title}" for one in desk.meetings()]
    if not rows:
        return "没有未完成的任务和会议。", "No open task and no meeting."
    text = "\n".join(rows)
    return f"{text}\n做完一个请发 /done 编号", f"{text}\nWhen one is done: /done CODE"


def done(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    """Tick off a task of one's own."""
    if not rest.strip():
        return "用法: /done 任务编号", "usage: /done TASK"
    return tasks.finish(keys.gate, desk.person.id, rest.split()[0], desk.channel)


def fetch(rest: str, keys: Keys, desk: PersonDesk) -> tuple[str, str, dict[str, str]]:
    """Where the file of an export lies, in words and for a chat that sends it."""
    found = fetching.fetch(keys.gate, desk.person.id, rest, desk.channel)
    if found.path is None:
        return found.zh or found.name, found.en or found.name, {}
    text = f"{found.name}: {found.path}"
    return text, text, {"path": str(found.path), "name": found.name}
