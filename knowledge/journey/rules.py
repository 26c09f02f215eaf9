"""The identity rules in force and every earlier era of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from knowledge.blueprints import active_or_default, version_of
from knowledge.blueprints.identity import IdentityRules, rules_in
from knowledge.insight.journey.identity import Limits
from knowledge.model import IdentityEra

_LOCK = 0x4344494E
"""PostgreSQL advisory lock of whoever joins identifiers ("CDIN"): one at a time, so that no join is lost."""


@dataclass(frozen=True)
class Eras:
    """`now` is the era in force with its rules; `limits` those of every era, for edges that are older."""

    now: int
    version: str
    rules: IdentityRules
    limits: dict[int, Limits]


def eras(session: Session, at: datetime) -> Eras:
    """The eras there are; rules that were published since the last look begin a new one."""
    content = active_or_default(session, "identity")
    version = version_of(content)
    known = list(session.exec(select(IdentityEra).order_by(col(IdentityEra.era))))
    row = known[-1] if known and known[-1].version.partition("+")[0] == version else None
    if row is None:
        row = _begun(session, known, version, content, at)
        known.append(row)
    limits = {one.era: limits_of(rules_in(one.rules)) for one in known}
    return Eras(row.era, version[:12], rules_in(content), limits)


def limits_of(rules: IdentityRules) -> Limits:
    """The rules as the stitching reads them."""
    return Limits(unique=frozenset(rules.unique), most=dict(rules.most), hub=rules.hub)


def _begun(
    session: Session, known: list[IdentityEra], version: str, content: dict[str, object], at: datetime
) -> IdentityEra:
    """A new era. Rules that come back after others begin one of their own: what was joined between stays as it is."""
    number = known[-1].era + 1 if known else 1
    again = any(one.version == version for one in known)
    named = f"{version}+{number}" if again else version
    row = IdentityEra(era=number, version=named, rules=content, since=at)
    session.add(row)
    session.flush()
    return row


def alone(session: Session) -> None:
    """Nobody else joins identifiers until this transaction ends; SQLite's writers are alone anyway."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
