"""Skill: ask for a task about a deal, for oneself or a colleague, with the day it is due."""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.deal_values import iso_moment, typed_moment
from agents.lookup import Unclear, not_found, the_colleague_id, the_deal
from agents.proposing import Wording
from agents.provenance import was_typed
from agents.skill import Skill, Turn
from agents.wishing import do, label
from knowledge.model import Person


class Arguments(BaseModel):
    """What create_task takes."""

    deal: str | None = Field(default=None, description="the deal it is about; omit for the current deal")
    title: str = Field(min_length=1, max_length=300, description="what has to be done, in the user's words")
    due: str | None = Field(
        default=None,
        max_length=40,
        description="ISO day or date-time it is due, Beijing time; omit if none was said",
    )
    owner: str | None = Field(
        default=None, max_length=60, description="colleague who does it; omit for the user"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Make a task or reminder about a deal for the user or a colleague, only when the user asked for one ("提醒我周五给
    王总打电话", "add a task for Chen Hao to tidy up the notes tomorrow")."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    owner = _owner(turn, arguments.owner)
    if isinstance(owner, Unclear):
        return owner.sentence
    due = iso_moment(turn, arguments.due) if arguments.due else None
    if arguments.due and due is None:
        return turn.say(
            f"“{arguments.due}”不是日期,例如 周五 或 11 月 27 号。",
            f"“{arguments.due}” is no date; say Friday or November 27.",
        )
    labels = {
        "title": label(turn, was_typed(turn, arguments.title)),
        "due_at": label(turn, due is None or typed_moment(turn, due)),
        "owner_id": label(turn, owner.id == turn.desk.person.id or was_typed(turn, owner.name)),
    }
    args = {"title": arguments.title, "due_at": due.isoformat() if due else "", "owner_id": owner.id}
    told = do(turn, "create_task", args, chosen.facts.deal.id, labels, _words(turn, owner, arguments.title))
    turn.suggestions.append(turn.say("我的任务", "My tasks"))
    return "\n".join(part for part in (told, chosen.note) if part)


def _owner(turn: Turn, said: str | None) -> Person | Unclear:
    if not said or not said.strip():
        return turn.desk.person
    person_id = the_colleague_id(turn, said)
    found = turn.desk.colleague(person_id) if person_id else None
    return found or not_found(turn, said)


def _words(turn: Turn, owner: Person, title: str) -> Wording:
    own = owner.id == turn.desk.person.id
    return Wording(
        noun=(
            f"{'您' if own else owner.name}的任务“{title}”",
            f"The task “{title}” for {'you' if own else owner.name}",
        ),
        verb=("建立", "be made"),
        done=("已建好", "has been made"),
        not_done=("没有建任务", "No task was made"),
        kept=("没有执行", "nothing was made"),
        title=title,
    )


SKILL = Skill(name="create_task", arguments=Arguments, run=run)
