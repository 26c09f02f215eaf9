"""Write down something a colleague has to do about a deal; whoever gets it from somebody else is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from actions import notices
from actions.arguments import given, line, moment, shown, tainted
from actions.card import CardLine
from actions.deal_fields import moment_of
from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.tables import Action
from knowledge.library.people import visible_teams
from knowledge.model import Person, Task
from policies.facts import ActionFacts


class Arguments(BaseModel):
    """What create_task takes. `due_at` is an ISO day or moment, "" for none; `owner_id` "" means the asker."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=300)
    due_at: str = ""
    owner_id: str = ""
    owner_name: str = ""
    deal_id: str = ""


class CreateTask:
    """The verb `create_task`: a row of our own, at once, with ten minutes to take it back."""

    name = "create_task"
    about = "deal"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        wish = given(Arguments, args, ("任务", "task"))
        title = line(wish.title)
        if not title:
            raise BadArguments("任务没有内容 / the task says nothing")
        due = moment(wish.due_at, scene) if wish.due_at.strip() else None
        if due is not None and due <= scene.now:
            raise BadArguments(
                f"时间 {shown(due, scene.utc_offset_hours)} 已经过去 / that moment has passed already"
            )
        owner = _owner(wish.owner_id or scene.requester.id, scene)
        return {
            "deal_id": scene.deal.id,
            "title": title,
            "due_at": due.isoformat() if due else "",
            "owner_id": owner.id,
            "owner_name": owner.name,
        }

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        own = payload["owner_id"] == scene.requester.id
        return ActionFacts(
            recipient_class="self" if own else "colleague",
            recipient_count=0 if own else 1,
            external_domains=0,
            changed_fields=frozenset({"task"}),
            tainted_args=tainted(scene),
        )

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:  # noqa: ARG002
        due = shown(moment_of(payload["due_at"]))
        lines = [
            CardLine(zh="任务", en="Task", value=payload["title"]),
            CardLine(zh="负责人", en="Owner", value=payload["owner_name"]),
        ]
        if due:
            lines.append(CardLine(zh="截止", en="Due", value=due))
        return Preview(
            headline=f"给 {payload['owner_name']} 新建任务: {payload['title']}",
            headline_en=f"New task for {payload['owner_name']}: {payload['title']}",
            lines=tuple(lines),
        )

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:  # noqa: ARG002
        payload, deal = order.payload, order.subject.deal
        owner = session.get(Person, payload["owner_id"])
        if deal is None or owner is None or not owner.active:
            raise BadArguments("这位同事已不在 / this colleague is no longer here")
        code = session.get_one(Action, order.action_id).code
        task = Task(
            id=f"T-{code}",
            title=payload["title"],
            deal_id=deal.id,
            team_id=deal.team_id,
            owner_id=owner.id,
            due_at=moment_of(payload["due_at"]),
            action_id=order.action_id,
            created_by=order.sender.id,
            created_at=order.now,
        )
        session.add(task)
        session.flush()
        due = shown(task.due_at)
        if owner.id != order.sender.id:
            zh = f"{order.sender.name} 给你派了任务 {task.id}: {task.title}" + (
                f"(截止 {due})" if due else ""
            )
            en = f"{order.sender.name} gave you task {task.id}: {task.title}" + (
                f" (due {due})" if due else ""
            )
            notices.tell(session, owner.id, (zh, en), order.action_id, order.now)
        return Change(
            detail=f"任务 {task.id} 已建 / task {task.id} was made", reference=task.id, undo={"task": task.id}
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        task = session.get(Task, str(change.get("task", "")))
        if task is None or task.status != "open" or task.title != order.payload["title"]:
            raise BadArguments("任务已经完成或被改过,不能撤回 / the task is done or was changed, so it stays")
        if task.owner_id != order.sender.id:
            words = (f"任务 {task.id} 已撤回: {task.title}", f"task {task.id} was taken back: {task.title}")
            notices.tell(session, task.owner_id, words, order.action_id, order.now)
        session.delete(task)
        session.flush()
        return f"任务 {task.id} 已删除 / task {task.id} is gone"


def _owner(person_id: str, scene: Scene) -> Person:
    """A colleague of the deal's team, or one who leads it. Raises BadArguments."""
    person = scene.session.get(Person, person_id)
    if person is None or not person.active:
        raise BadArguments(f"没有这位同事 {person_id!r} / there is no such colleague")
    if person.id != scene.requester.id and scene.deal.team_id not in visible_teams(scene.session, person):
        raise BadArguments(
            f"{person.name} 看不到这个商机,不能派给他 / {person.name} cannot see this deal, so it cannot be given to them"
        )
    return person
