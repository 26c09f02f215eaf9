"""A colleague's tasks: what is open, and ticking one off, which is theirs alone and needs no rule's leave."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from knowledge.model import Task

from . import record
from .gate import Gate

UNKNOWN = ("没有找到这个任务", "no such task")


def open_tasks(session: Session, person_id: str) -> Sequence[Task]:
    """What this colleague still has to do: what is due first, then what has no date."""
    query = select(Task).where(Task.owner_id == person_id, Task.status == "open")
    return session.exec(query.order_by(col(Task.due_at).is_(None), col(Task.due_at), col(Task.id))).all()


def finish(gate: Gate, person_id: str, task_id: str, channel: str = "") -> tuple[str, str]:
    """Tick off one of one's own tasks; the sentence in Chinese and English. Another's task sounds like none."""
    now = gate.clock()
    with gate.store.session() as session:
        record.lock_system(session)
        task = session.get(Task, task_id.strip().upper())
        if task is None or task.owner_id != person_id or task.status == "cancelled":
            return UNKNOWN
        if task.status == "done":
            return f"任务 {task.id} 早已完成", f"task {task.id} is done already"
        task.status = "done"
        session.add(task)
        session.flush()
        event = record.Event(name="task_done", actor=person_id, channel=channel, detail={"task": task.id})
        record.append(session, event, now)
        title = task.title
    gate.after()
    return f"✓ {task_id.strip().upper()} {title}", f"✓ {task_id.strip().upper()} {title}"
