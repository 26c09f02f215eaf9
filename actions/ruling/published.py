"""The rule books that were published, as content-addressed rows, and which of them is in force at a moment.

A published rule book is a Blueprint row of kind `policy`; where none is active the rules that ship are in force. Rules of
an emergency lie over them until they end. Importing cannot publish one: the kind is not on the feeds' menu. The schema is
the program's own: what the rules may speak of is what this program tells them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from actions.tables_house import EmergencyRules
from knowledge.blueprints import version_of
from knowledge.library import blueprints as rows
from knowledge.model import Blueprint
from policies.bundle import Bundle
from policies.engine import Judge
from policies.locked import LockedJudge
from policies.rulebook import PolicyError

LOG = logging.getLogger(__name__)
KIND, NAME = "policy", "rules"
SHIPPED = ""
"""The version of the rules that come with the product."""

SHIPPED_NAME = "shipped"


def in_force(session: Session, now: datetime) -> str:
    """The version of the rule book that decides at `now`; SHIPPED where none was published."""
    over = emergency(session, now)
    return over.version if over is not None else regular(session)


def regular(session: Session) -> str:
    """The version two people agreed on, whatever an emergency lays over it."""
    query = select(Blueprint.version).where(
        Blueprint.kind == KIND, Blueprint.name == NAME, col(Blueprint.active).is_(True)
    )
    return session.exec(query).first() or SHIPPED


def emergency(session: Session, now: datetime) -> EmergencyRules | None:
    """The emergency that is on at `now`; of several the latest."""
    query = select(EmergencyRules).where(col(EmergencyRules.ended_at).is_(None), EmergencyRules.ends_at > now)
    return session.exec(query.order_by(col(EmergencyRules.started_at).desc())).first()


def versions(session: Session) -> Sequence[Blueprint]:
    """All published rule books, newest first."""
    return rows.versions(session, KIND, NAME)


def bundle_of(session: Session, version: str) -> Bundle:
    """The rule book of a version. Raises PolicyError when there is none, or when its text is no longer what it was."""
    if version == SHIPPED:
        return Bundle.of()
    row = _row(session, version)
    if row is None:
        raise PolicyError(f"没有版本 {version[:12]} 的规则 / there is no rule book {version[:12]}")
    if version_of(row.content) != version:
        raise PolicyError(
            f"规则 {version[:12]} 的内容被改动过 / the text of rule book {version[:12]} was changed"
        )
    return Bundle.from_content(row.content)


def usable(session: Session, version: str) -> tuple[str, Bundle]:
    """The version and its rule book, or, where it cannot be used any more, the rules that ship: what decides about a
    change of the rules then."""
    try:
        found = replace(bundle_of(session, version), schema=Bundle.of().schema)
        JUDGES.of(session, version)
        return version, found
    except PolicyError:
        return SHIPPED, Bundle.of()


def full_version(session: Session, beginning: str) -> str:
    """The one version whose hash begins so; `shipped` means the rules that ship. Raises PolicyError with a sentence."""
    if beginning == SHIPPED_NAME:
        return SHIPPED
    found = [row.version for row in versions(session) if beginning and row.version.startswith(beginning)]
    if len(found) != 1:
        raise PolicyError(
            f"有 {len(found)} 个以 {beginning!r} 开头的规则版本 / rule books begin so: {len(found)}"
        )
    return found[0]


def keep(
    session: Session, content: dict[str, Any], author_id: str, reviewer_id: str, now: datetime
) -> Blueprint:
    """The row of this content, made when there is none; it is not put in force."""
    version = version_of(content)
    known = _row(session, version)
    if known is not None:
        return known
    row = Blueprint(
        id=f"bp-policy-{version[:16]}",
        kind=KIND,
        name=NAME,
        version=version,
        content=content,
        author_id=author_id,
        reviewer_id=reviewer_id or None,
        active=False,
        published_at=now,
    )
    session.add(row)
    session.flush()
    return row


def put_in_force(session: Session, version: str) -> None:
    """Make a kept version (or SHIPPED) the regular one. Raises PolicyError when there is no such version."""
    if version != SHIPPED:
        row = _row(session, version)
        if row is None:
            raise PolicyError(f"没有版本 {version[:12]} 的规则 / there is no rule book {version[:12]}")
        rows.put_in_force(session, row)
        return
    for row in versions(session):
        row.active = False
        session.add(row)
    session.flush()


def _row(session: Session, version: str) -> Blueprint | None:
    query = select(Blueprint).where(
        Blueprint.kind == KIND, Blueprint.name == NAME, Blueprint.version == version
    )
    return session.exec(query).first()


def as_detail(session: Session, now: datetime) -> dict[str, str]:
    """What a link of the record says of the rules: the version that decides, and the one two people agreed on."""
    return {"version": in_force(session, now), "regular": regular(session)}


def shown(version: str) -> str:
    """A version as people say it."""
    return version[:12] or SHIPPED_NAME


@lru_cache(maxsize=1)
def shipped_judge() -> Judge:
    """The judge of the rules that come with the product."""
    return Judge.load()


@dataclass
class Judges:
    """Judges by version, loaded once each. A process that sees a new version loads it at its next decision."""

    _loaded: dict[str, Judge] = field(default_factory=dict)

    def in_force(self, session: Session, shipped: Judge, now: datetime) -> Judge:
        """The judge that decides at `now`; `shipped` where nothing was published. A rule book that cannot be used (its text
        was changed, or a newer program no longer understands it) locks the house: only the rules can be changed then."""
        version = in_force(session, now)
        if version == SHIPPED:
            return shipped
        try:
            return self.of(session, version)
        except PolicyError as error:
            LOG.error("rule book %s cannot be used: %s", shown(version), error)
            return LockedJudge.over(shipped)

    def of(self, session: Session, version: str) -> Judge:
        """The judge of one version. Raises PolicyError when it cannot be used."""
        if version == SHIPPED:
            return shipped_judge()
        if version not in self._loaded:
            book = replace(bundle_of(session, version), schema=Bundle.of().schema)
            self._loaded[version] = book.judge()
        return self._loaded[version]


JUDGES = Judges()
"""One for the process: what is loaded is a pure function of the version."""
