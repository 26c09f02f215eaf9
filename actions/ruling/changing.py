"""What every kind of change of the rules shares: its shape, what it touches, and how it reads on a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from sqlmodel import Session, select

from actions.card import CardLine
from actions.effect import BadArguments, Change, Order, Scene
from actions.levels import CEILING
from knowledge.library.people import region_of
from knowledge.model import Person, Product, Team
from policies.history import History

SINCE = timedelta(days=90)
"""How far back a change is replayed."""

NARROWER, OWN_SCOPE, EMERGENCY = "narrower", "own_scope", "emergency"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a change reads: a headline in both languages, further lines, and a text difference."""

    zh: str
    en: str
    lines: tuple[CardLine, ...] = ()
    difference: str = ""


class Changing(Protocol):
    """One kind of change: policy, autonomy or pilot."""

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        """The typed payload, with what the gate found on the record. Raises BadArguments."""
        ...

    def touches(self, payload: Mapping[str, Any], scene: Scene) -> frozenset[str]:
        """What it touches, as the rules see it, from the payload and the rows of this moment."""
        ...

    def shown(self, payload: Mapping[str, Any]) -> Shown: ...

    def apply(self, order: Order, session: Session) -> Change: ...

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str: ...


def typed(shape: type[BaseModel], args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as this shape. Raises BadArguments naming the first field at fault."""
    try:
        return shape.model_validate(dict(args)).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "kind"
        raise BadArguments(f"规则变更的 {where} 不对 / field {where}: {first['msg']}") from error


def check_verb(verb: str) -> None:
    """Raises BadArguments for a verb that is not on the ladder."""
    if verb not in CEILING:
        known = ", ".join(sorted(CEILING))
        raise BadArguments(f"没有动作 {verb!r};可用: {known} / no such action; there are: {known}")


def check_scope(session: Session, scope: str) -> None:
    """Raises BadArguments for a scope that nothing lies in."""
    if not scope:
        return
    kind, _, name = scope.partition(":")
    regions = {f"region:{one}" for one in session.exec(select(Team.region)) if one}
    lines = {f"line:{one}" for one in session.exec(select(Product.line)) if one}
    if scope not in regions | lines or not name or kind not in ("region", "line"):
        known = ", ".join(sorted(regions | lines))
        raise BadArguments(f"没有范围 {scope!r};可用: {known} / no such scope; there are: {known}")


def is_own(session: Session, person: Person, scope: str) -> bool:
    """Whether a scope is the region this person works in."""
    region = region_of(session, person)
    return bool(region) and scope == f"region:{region}"


def where(scope: str) -> tuple[str, str]:
    """A scope as people say it."""
    return (scope, scope) if scope else ("全部", "everywhere")


def replay_summary(history: History, now: datetime) -> dict[str, Any]:
    """What a replay found, as it goes into a payload: figures and a few examples."""
    report = history.as_json(shown=2)
    report["changes"] = report["changes"][:8]
    report["unreadable"] = len(history.unreadable)
    return report | {"since": (now - SINCE).date().isoformat(), "days": SINCE.days}


def replay_lines(summary: Mapping[str, Any]) -> tuple[CardLine, ...]:
    """A replay on a card: n first, then how many which way, by step, by rule, with examples."""
    n = int(summary["total"])
    if not n:
        text = (
            f"近 {summary['days']} 天没有可回放的决定,数据不足 / no decision on record, not enough data (n=0)"
        )
        return (CardLine(zh="回放", en="Replay", value=text),)
    head = (
        f"n={n} ({summary['days']} d): 改变 / changed {summary['changed']}, 更严 / stricter {summary['stricter']}, "
        f"更宽 / milder {summary['milder']}, 其他 / other {summary['other']}"
    )
    lines = [CardLine(zh="回放", en="Replay", value=head)]
    lines += [
        CardLine(zh="变化", en="Step", value=f"{step}: {count}") for step, count in summary["steps"].items()
    ]
    lines += [
        CardLine(zh="涉及规则", en="Rule", value=f"{rule}: {count}")
        for rule, count in summary["rules"].items()
    ]
    lines += [
        CardLine(
            zh="例",
            en="Example",
            value=f"{one['code']} {one['action']}: {one['step']} ({one['reason']} / {one['reason_en']})",
        )
        for one in summary["changes"]
    ]
    if summary["unreadable"]:
        lines.append(CardLine(zh="读不回的记录", en="Unreadable records", value=str(summary["unreadable"])))
    return tuple(lines)
