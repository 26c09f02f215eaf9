"""Published configuration as rows: what is in force, what a proposal would change, and what it would have hit."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from knowledge import blueprints
from knowledge.blueprints.trackers import in_force as trackers_in
from knowledge.insight.summary import Spoken
from knowledge.insight.tracking import hits
from knowledge.library import blueprints as rows
from knowledge.library.judgements import CALLS
from knowledge.model import Interaction

from .tables import Approval

NONE = "none"
"""The version of a name that nothing is in force under (what ships, under `default`)."""

TRIED_DAYS, MOST_TRIED, LONGEST_DIFF = 90, 400, 200


@dataclass(frozen=True)
class InForce:
    """`version` "" where nothing was published under this name."""

    version: str
    content: dict[str, Any] | None


def in_force(session: Session, kind: str, name: str) -> InForce:
    """What counts now under a name."""
    row = rows.active(session, kind, name)
    if row is not None:
        return InForce(row.version, row.content)
    return InForce("", blueprints.default(kind) if name == "default" else None)


def wanted(
    session: Session, kind: str, name: str, content: dict[str, Any] | None, rollback: str
) -> tuple[str, dict[str, Any] | None]:
    """The version and content that is asked for; ("", None) for out of force. Raises ValueError with every fault."""
    if content is not None:
        found = blueprints.lint(kind, content)
        if found:
            raise ValueError("\n".join(found))
        return blueprints.version_of(content), content
    if rollback == NONE:
        return "", blueprints.default(kind) if name == "default" else None
    known = [one for one in rows.versions(session, kind, name) if one.version.startswith(rollback)]
    if len(known) != 1:
        raise ValueError(f"找到 {len(known)} 个以 {rollback!r} 开头的版本 / versions found: {len(known)}")
    return known[0].version, known[0].content


def put(
    session: Session, payload: Mapping[str, Any], author_id: str, reviewer_id: str, now: datetime
) -> None:
    """Put a proposed version in force. Raises BlueprintError for what has become faulty since."""
    if payload["content"] is None:
        back(session, payload["kind"], payload["name"], payload["version"])
        return
    blueprints.publish(
        session, payload["kind"], payload["name"], payload["content"], author_id, reviewer_id or None, now
    )


def back(session: Session, kind: str, name: str, version: str) -> None:
    """An earlier version in force again; "" takes the name out of force."""
    if version:
        blueprints.roll_back(session, kind, name, version)
        return
    for row in rows.versions(session, kind, name):
        row.active = False
        session.add(row)
    session.flush()


def reviewer(session: Session, action_id: str) -> str:
    """Who said yes first."""
    query = select(Approval.person_id).where(Approval.action_id == action_id, Approval.verdict == "yes")
    return session.exec(query.order_by(col(Approval.id))).first() or ""


def difference(old: dict[str, Any] | None, new: dict[str, Any] | None) -> str:
    """Line by line, as YAML."""
    before, after = (_yaml(one) for one in (old, new))
    lines = list(difflib.unified_diff(before, after, "old", "new", lineterm="", n=2))[2:]
    if len(lines) > LONGEST_DIFF:
        lines = [*lines[:LONGEST_DIFF], f"… +{len(lines) - LONGEST_DIFF}"]
    return "\n".join(lines)


def tried(session: Session, kind: str, content: dict[str, Any] | None, team_id: str, now: datetime) -> str:
    """In how many of the team's calls of ninety days each tracker would have hit, and how often; "" for other kinds."""
    if kind != "trackers" or content is None:
        return ""
    query = select(Interaction).where(
        col(Interaction.kind).in_(CALLS),
        Interaction.team_id == team_id,
        Interaction.at >= now - timedelta(days=TRIED_DAYS),
        Interaction.at <= now,
    )
    calls = session.exec(
        query.order_by(col(Interaction.at).desc(), col(Interaction.id)).limit(MOST_TRIED)
    ).all()
    told = []
    for tracker in trackers_in({"default": content}):
        found = [len(hits(_lines(row), [tracker])) for row in calls]
        told.append(
            f"{tracker.name}: {sum(map(bool, found))}/{len(calls)} 通,{sum(found)} 处"
            f" / in {sum(map(bool, found))} of {len(calls)} calls, {sum(found)} times"
        )
    return "; ".join(told)


def _lines(row: Interaction) -> list[Spoken]:
    return [
        Spoken(
            speaker=str(one.get("speaker") or ""),
            text=str(one.get("text") or ""),
            side=str(one.get("side") or "") if one.get("side") in ("rep", "customer") else "",
        )
        for one in row.segments
    ]


def _yaml(content: dict[str, Any] | None) -> list[str]:
    import yaml

    if content is None:
        return []
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=True).splitlines()
