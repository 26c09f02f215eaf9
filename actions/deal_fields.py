"""The fields of a deal that may be changed by asking: what each takes, how it is stored, and how it is shown."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge import blueprints
from knowledge.library.people import visible_teams
from knowledge.model import STAGES, Deal, Person, Role

from . import arguments
from .action import UNTRUSTED_LABELS
from .effect import BadArguments, Scene
from .proof import Evidence

FieldName = Literal[
    "stage",
    "amount",
    "expected_close",
    "next_step",
    "next_step_at",
    "owner",
    "competitor",
    "lost_reason",
    "note",
]
Value = str | int
NAMES: dict[str, tuple[str, str]] = {
    "stage": ("阶段", "stage"),
    "amount": ("金额", "amount"),
    "expected_close": ("预计成交日", "expected close"),
    "next_step": ("下一步", "next step"),
    "next_step_at": ("下一步时间", "date of the next step"),
    "owner": ("负责人", "owner"),
    "competitor": ("竞争对手", "competitor"),
    "lost_reason": ("丢单原因", "reason lost"),
    "note": ("备注", "note"),
}
LONGEST = {"next_step": 300, "competitor": 120, "lost_reason": 300, "note": 4000}
MOST_FEN = 10**13
SELLERS = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR})


class FieldChange(BaseModel):
    """One field and what it becomes, `new`: a stage id, fen, an ISO day or moment, a person's id, or words. "" empties it.

    `evidence` points to where a machine read it."""

    model_config = ConfigDict(extra="ignore")

    field: FieldName
    new: Value = ""
    evidence: Evidence | None = None


class Arguments(BaseModel):
    """What update_deal takes; `new` is the value a field gets."""

    model_config = ConfigDict(extra="forbid")

    changes: list[FieldChange] = Field(min_length=1, max_length=8)
    deal_id: str = ""


def current(deal: Deal, field: str) -> Value:
    """The field as it is stored in a payload: plain JSON, "" for nothing."""
    match field:
        case "amount":
            return deal.amount_fen
        case "owner":
            return deal.owner_id
        case "note":
            return ""  # a note is added, not replaced
        case "expected_close":
            return _iso(deal.expected_close)
        case "next_step_at":
            return _iso(deal.next_step_at)
    return str(getattr(deal, field))


def wanted(change: FieldChange, scene: Scene) -> Value:
    """The new value in its stored form. Raises BadArguments with a sentence."""
    text = str(change.new).strip()
    match change.field:
        case "amount":
            return _amount(change.new)
        case "stage":
            return _stage(text)
        case "owner":
            return _owner(text, scene)
        case "expected_close" | "next_step_at":
            return _iso(arguments.moment(text, scene)) if text else ""
    words = text if change.field == "note" else arguments.line(text)
    if len(words) > LONGEST[change.field] or (change.field == "note" and not words):
        zh, en = NAMES[change.field]
        raise BadArguments(f"{zh}须为 1 到 {LONGEST[change.field]} 字 / the {en} is empty or too long")
    return words


def put(deal: Deal, field: str, value: Value) -> None:
    """Write a stored value into the row."""
    match field:
        case "amount":
            deal.amount_fen = int(value)
        case "owner":
            deal.owner_id = str(value)
        case "expected_close":
            deal.expected_close = moment_of(str(value))
        case "next_step_at":
            deal.next_step_at = moment_of(str(value))
        case _:
            setattr(deal, field, str(value))


def shown(field: str, value: Value, scene: Scene) -> str:
    """A stored value as a person reads it; two languages where it has two names."""
    match field:
        case "amount":
            return arguments.money(int(value), scene.deal.currency)
        case "stage":
            return _stage_names().get(str(value), str(value))
        case "owner":
            person = scene.session.get(Person, str(value))
            return person.name if person else str(value)
        case "expected_close" | "next_step_at":
            return arguments.shown(moment_of(str(value)), scene.utc_offset_hours)
    return str(value)


def tainted(scene: Scene, proven: Collection[str]) -> frozenset[str]:
    """Arguments with an untrusted label, less those that are proven."""
    return arguments.tainted(scene) - frozenset(proven)


def provenance(labels: Collection[str]) -> str:
    """The label that a text stored in the record carries on."""
    return "llm_inferred" if UNTRUSTED_LABELS & set(labels) else "crm_record"


def moment_of(text: str) -> datetime | None:
    """A stored moment; None for ""."""
    return datetime.fromisoformat(text) if text else None


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def _amount(value: Value) -> int:
    if not isinstance(value, int) or not 0 <= value <= MOST_FEN:
        raise BadArguments("金额须为不小于零的分 / the amount is a number of fen, zero or more")
    return value


def _stage(text: str) -> str:
    if text not in STAGES:
        raise BadArguments(f"没有阶段 {text!r},可以是: {', '.join(STAGES)} / there is no stage {text!r}")
    return text


def _owner(text: str, scene: Scene) -> str:
    """A colleague who sells in the deal's team or leads it: a deal handed outside would vanish from its own team."""
    person = scene.session.get(Person, text)
    if person is None or not person.active:
        raise BadArguments(f"没有这位同事 {text!r} / there is no such colleague")
    leads = {Role.MANAGER, Role.DIRECTOR} & set(person.roles) and scene.deal.team_id in visible_teams(
        scene.session, person
    )
    if not SELLERS & set(person.roles) or not (person.team_id == scene.deal.team_id or leads):
        raise BadArguments(
            f"{person.name} 不在这个商机的团队里,不能接手 / {person.name} is not in this deal's team and cannot own it"
        )
    return person.id


@lru_cache(maxsize=1)
def _stage_names() -> dict[str, str]:
    stages = blueprints.default("process")["stages"]
    return {stage["id"]: f"{stage['name']} ({stage['name_en']})" for stage in stages}
