"""Skill: what the asker has before them: open tasks and the next meetings. It lists; ticking off is their own command."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from agents.skill import Skill, Turn
from agents.wording import clock, day
from knowledge.model import Meeting, Task

SHOWN, MEETINGS = 15, 5


class Arguments(BaseModel):
    """my_tasks takes nothing."""


def run(turn: Turn, arguments: Arguments) -> str:  # noqa: ARG001  every skill has the same shape
    """List the user's own open tasks, what is due first, and their next booked meetings ("我的任务", "what's on my to-do
    list"). It cannot tick one off: the user does that with /done CODE."""
    tasks, meetings = turn.desk.tasks(), turn.desk.meetings()
    turn.focus.update(intent="my_tasks")
    if not tasks and not meetings:
        return turn.say(
            "您没有未完成的任务,也没有已约的会议。", "You have no open task and no booked meeting."
        )
    lines = _tasks(turn, tasks)
    if meetings:
        lines.append(turn.say("接下来的会议:", "Next meetings:"))
        lines += [_meeting(turn, one) for one in meetings[:MEETINGS]]
    return "\n".join(lines)


def _tasks(turn: Turn, tasks: Sequence[Task]) -> list[str]:
    if not tasks:
        return [turn.say("没有未完成的任务。", "No open task.")]
    lines = [turn.say(f"有 {len(tasks)} 个未完成的任务:", f"{len(tasks)} open tasks:")]
    lines += [_task(turn, one) for one in tasks[:SHOWN]]
    if len(tasks) > SHOWN:
        lines.append(turn.say(f"…还有 {len(tasks) - SHOWN} 个", f"… and {len(tasks) - SHOWN} more"))
    lines.append(turn.say("做完一个请发 /done 编号。", "When one is done, send /done CODE."))
    turn.suggestions.append(f"/done {tasks[0].id}")
    return lines


def _task(turn: Turn, task: Task) -> str:
    facts = turn.desk.deal(task.deal_id) if task.deal_id else None
    about = f"({facts.deal.name})" if facts else ""
    n = turn.cite(id=task.id, kind="task", title=task.title, date=day(task.created_at), quote=task.title)
    due = ""
    if task.due_at is not None:
        late = task.due_at < turn.desk.now
        when = f"{day(task.due_at)} {clock(task.due_at.isoformat())[:5]}"
        due = turn.say(f" · 截止 {when}", f" · due {when}") + (
            turn.say(" ⚠ 已逾期", " ⚠ overdue") if late else ""
        )
    return f"- {task.id} {task.title}{about}{due} [{n}]"


def _meeting(turn: Turn, meeting: Meeting) -> str:
    who = turn.say("、", ", ").join(one["name"] or one["address"] for one in meeting.attendees)
    when = f"{day(meeting.starts_at)} {clock(meeting.starts_at.isoformat())[:5]}-{clock(meeting.ends_at.isoformat())[:5]}"
    quote = f"{meeting.title} {when}"
    n = turn.cite(
        id=meeting.id, kind="meeting", title=meeting.title, date=day(meeting.starts_at), quote=quote
    )
    place = f" · {meeting.place}" if meeting.place else ""
    return f"- {when} {meeting.title} · {who}{place} [{n}]"


SKILL = Skill(name="my_tasks", arguments=Arguments, run=run)
