"""What was worked out about somebody and names them by id alone: scores, stages, interventions, churn alerts, advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import Session, and_, col, delete, or_, select

from knowledge.model import (
    ChurnAlert,
    InterventionRun,
    ScoreEntry,
    ScoreMark,
    StageMove,
    Suggestion,
    SuggestionEvent,
    TouchEvent,
)

from . import journey
from .change import CLEANED, EMPTIED, REMOVED, Found
from .sweep_columns import columns_of
from .whom import Whom

OF_THEM = frozenset({"subject", "chance", "grade", "version"})
"""What a line of the log of advice tells of a lead; what became of the advice tells of us and stays."""


def derived(session: Session, whom: Whom) -> Iterator[Found]:
    """Rows that say nothing once their person is gone are removed; what also tells of others or of us loses their part."""
    for table in (ScoreEntry, ScoreMark):
        for row in session.exec(select(table).where(_scored(table, whom))):
            yield Found(row, REMOVED)
    keys = _keys(session, whom)
    for made in (StageMove, InterventionRun):
        theirs = or_(col(made.person).in_(keys), col(made.account_id).in_(whom.account_ids))
        for one in session.exec(select(made).where(theirs)):
            yield Found(one, REMOVED)
    yield from _alerts(session, whom)
    lines = select(SuggestionEvent).join(Suggestion, col(Suggestion.id) == SuggestionEvent.suggestion_id)
    for line in session.exec(lines.where(col(Suggestion.lead_id).in_(whom.lead_ids))):
        kept = {name: value for name, value in line.detail.items() if name not in OF_THEM}
        yield Found(line, EMPTIED, {"detail": kept})


def settle(session: Session, whom: Whom) -> None:
    """Emptying rows marks whom they are about to be scored anew; those who were erased are not."""
    session.flush()
    session.connection().execute(delete(ScoreMark).where(_scored(ScoreMark, whom)))


def _scored(table: type[ScoreEntry] | type[ScoreMark], whom: Whom) -> Any:
    """Their scores and marks. A customer's deals stay and are scored by what is left of them: only the history goes."""
    ways: list[tuple[str, Iterable[str]]] = [
        ("lead", whom.lead_ids),
        ("contact", whom.contact_ids),
        ("account", whom.account_ids),
    ]
    if table is ScoreEntry:
        ways.append(("deal", whom.deal_ids))
    return or_(*(and_(col(table.kind) == kind, col(table.subject_id).in_(ids)) for kind, ids in ways))


def _keys(session: Session, whom: Whom) -> set[str]:
    """Under what they stand in the journey: their records, and profiles from before it was known who they are."""
    known = (("contact", whom.contact_ids), ("lead", whom.lead_ids), ("account", whom.account_ids))
    keys = {f"{kind}:{id_}" for kind, ids in known for id_ in ids}
    return keys | {row.id for row in journey.profiles(session, whom)}


def _alerts(session: Session, whom: Whom) -> Iterator[Found]:
    """Of a customer who goes, the alerts go; where one person of a customer goes, the events of theirs behind an alert."""
    gone = {row.id for one in journey.journeys(session, whom) if isinstance(row := one.row, TouchEvent)}
    for row in session.exec(select(ChurnAlert).where(col(ChurnAlert.account_id).in_(whom.near_accounts))):
        if row.account_id in whom.account_ids:
            yield Found(row, REMOVED)
        elif gone & set(row.touches):
            values: dict[str, Any] = {
                name: whom.redactor.clean_value(getattr(row, name), near=True)
                for name in columns_of(ChurnAlert)
            }
            yield Found(row, CLEANED, values | {"touches": [one for one in row.touches if one not in gone]})
