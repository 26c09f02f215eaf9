"""Writing an erasure: every row found, in one transaction, chained; when anything of theirs is left, nothing is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from actions import record
from actions.effect import BadArguments
from actions.rowhash import ROW_FIELDS
from actions.tables import Action, Approval, Incident
from knowledge.blueprints import version_of
from knowledge.model import Blueprint, Erased

from . import derived, journey
from .change import CLEANED, EMPTIED, REMOVED, Found
from .found import find_everything
from .whom import Whom

IMPORTED = frozenset({"contact", "lead", "lead_touch", "interaction", "person", "account"})
"""Tables that an import may fill: what was emptied there must not come back with the next file."""


def write(
    session: Session, whom: Whom, found: Sequence[Found], action_id: str, by_id: str, now: datetime
) -> None:
    """Change every row, mark what an import must leave alone, chain what concerns actions.

    Raises BadArguments when something of theirs would be left; the caller's transaction is rolled back then.
    """
    for one in found:
        if one.how == REMOVED:
            session.delete(one.row)
            continue
        for name, value in one.values.items():
            setattr(one.row, name, value)
        if isinstance(one.row, Blueprint):
            _new_version(one.row)
        if isinstance(one.row, Action) and one.how == EMPTIED:
            one.row.erased_at = now
        session.add(one.row)
    session.flush()
    for one in found:
        if one.table in IMPORTED and one.how != REMOVED and _content(one):
            session.merge(Erased(source=one.table, row_id=one.key, action_id=action_id, at=now))
    session.flush()
    journey.settle(session, found, action_id, now)
    _chain(session, found, by_id, now)
    derived.settle(session, whom)
    left = find_everything(session, whom, action_id)
    if left:
        raise BadArguments(
            f"还有 {len(left)} 处没删干净,什么都没有改: {_places(left)} / "
            f"something would be left, nothing was changed: {_places(left)}"
        )


def _content(one: Found) -> bool:
    """Whether history was emptied. A customer goes on being kept up to date by imports when only a mention was cleaned."""
    return one.how == EMPTIED or one.table == "interaction"


def _chain(session: Session, found: Iterable[Found], by_id: str, now: datetime) -> None:
    """One link for each action whose row, votes or incidents changed: the record knows what stands there now."""
    erased = {one.row.id: one.row for one in found if isinstance(one.row, Action) and one.how == EMPTIED}
    touched: dict[str, Action] = {}
    for one in found:
        if isinstance(one.row, Action) and one.how == CLEANED and set(one.values) & set(ROW_FIELDS):
            touched[one.row.id] = one.row
        if isinstance(one.row, Approval | Incident) and one.row.action_id not in erased:
            touched[one.row.action_id] = session.get_one(Action, one.row.action_id)
    for event, rows in (("erased", erased), ("redacted", touched)):
        for _, action in sorted(rows.items()):
            record.append(session, record.Event(name=event, action=action, actor=by_id), now)


def _new_version(row: Blueprint) -> None:
    """Published configuration is its content's hash; what is taken out of it makes another version."""
    if row.kind == "policy":
        raise BadArguments(
            "规则或用例里写到此人,请先改规则 / a rule or a case names them: change the rules first"
        )
    row.version = version_of(row.content)


def counts(found: Iterable[Found]) -> dict[str, int]:
    """How many rows of each table, the tables in order."""
    return dict(sorted(Counter(one.table for one in found).items()))


def _places(found: Sequence[Found]) -> str:
    return ", ".join(f"{one.table} {one.key} ({', '.join(sorted(one.values))})" for one in found[:5])
