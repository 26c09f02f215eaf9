"""Versioned configuration: lint, defaults from files, publish and roll back as content-addressed rows."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from knowledge.library import blueprints as rows
from knowledge.model import Blueprint, utc_now

from . import (
    advice,
    call_metrics,
    churn,
    company,
    identity,
    interventions,
    journey,
    mail_templates,
    playbook,
    process,
    qualification,
    scorecard,
    scores,
    trackers,
    tracking,
)

DEFAULTS = Path(__file__).parent / "defaults"


class BlueprintError(ValueError):
    """Configuration that may not be published; the text lists every fault, one a line."""


@dataclass(frozen=True)
class Kind:
    """A kind of configuration: its shape, and what is wrong beyond the shape."""

    shape: type[BaseModel]
    faults: Callable[[Any], Iterator[str]]


KINDS: dict[str, Kind] = {
    "playbook": Kind(playbook.Playbook, playbook.faults),
    "process": Kind(process.Process, process.faults),
    "mail_templates": Kind(mail_templates.MailTemplates, mail_templates.faults),
    "scores": Kind(scores.Scores, scores.faults),
    "company": Kind(company.Company, company.faults),
    "qualification": Kind(qualification.QualificationBook, qualification.faults),
    "scorecard": Kind(scorecard.Scorecard, scorecard.faults),
    "trackers": Kind(trackers.TrackerBook, trackers.faults),
    "tracking": Kind(tracking.TrackingPlan, tracking.faults),
    "identity": Kind(identity.IdentityRules, identity.faults),
    "advice": Kind(advice.Advice, advice.faults),
    "journey": Kind(journey.Journey, journey.faults),
    "interventions": Kind(interventions.Interventions, interventions.faults),
    "churn": Kind(churn.ChurnRules, churn.faults),
    "call_metrics": Kind(call_metrics.CallMetricsBook, call_metrics.faults),
}
"""The menu of kinds."""


def lint(kind: str, content: Any) -> tuple[str, ...]:
    """Every fault of a piece of configuration, one sentence each; empty when it may be published."""
    known = KINDS.get(kind)
    if known is None:
        return (f"未知的蓝图类型 / unknown blueprint kind {kind!r}; known: {', '.join(KINDS)}",)
    try:
        shaped = known.shape.model_validate(content)
    except ValidationError as error:
        return tuple(
            f"{'.'.join(str(part) for part in one['loc']) or kind}: {one['msg']}" for one in error.errors()
        )
    return tuple(known.faults(shaped))


def default(kind: str) -> dict[str, Any]:
    """The default that ships with the product. Raises BlueprintError for an unknown kind or a faulty file."""
    return copy.deepcopy(_default(kind))


@lru_cache(maxsize=16)
def _default(kind: str) -> dict[str, Any]:
    import yaml

    if kind not in KINDS:
        raise BlueprintError("\n".join(lint(kind, {})))
    content: dict[str, Any] = yaml.safe_load((DEFAULTS / f"{kind}.yaml").read_text(encoding="utf-8"))
    found = lint(kind, content)
    if found:
        raise BlueprintError("\n".join(found))
    return content


def active_or_default(session: Session, kind: str, name: str = "default") -> dict[str, Any]:
    """The version in force, else the default that ships. Raises BlueprintError for an unknown kind."""
    row = rows.active(session, kind, name)
    return copy.deepcopy(row.content) if row is not None else default(kind)


def all_active(session: Session, kind: str) -> dict[str, dict[str, Any]]:
    """Every name of a kind with the version in force, `default` always among them. Raises BlueprintError for an unknown kind."""
    found = {row.name: copy.deepcopy(row.content) for row in rows.all_active(session, kind)}
    return found if "default" in found else {"default": default(kind), **found}


def process_in_force(session: Session) -> process.Process:
    """The sales process in force with the trackers that feed its warnings."""
    found = process.Process.model_validate(active_or_default(session, "process"))
    return found.with_trackers(trackers.in_force(all_active(session, "trackers")))


def version_of(content: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def publish(
    session: Session,
    kind: str,
    name: str,
    content: dict[str, Any],
    author_id: str | None,
    reviewer_id: str | None = None,
    now: datetime | None = None,
) -> Blueprint:
    """Put a version in force. Content published before is the same row again, not a copy.

    Raises BlueprintError listing every fault, in which case nothing is written.
    """
    found = lint(kind, content)
    if found:
        raise BlueprintError("\n".join(found))
    version = version_of(content)
    known = next((row for row in rows.versions(session, kind, name) if row.version == version), None)
    fresh = known or Blueprint(
        id="bp-" + hashlib.sha256(f"{kind}\n{name}\n{version}".encode()).hexdigest()[:16],
        kind=kind,
        name=name,
        version=version,
        content=copy.deepcopy(content),
        author_id=author_id,
        reviewer_id=reviewer_id,
        published_at=now or utc_now(),
    )
    return rows.put_in_force(session, fresh)


def roll_back(session: Session, kind: str, name: str, version: str) -> Blueprint:
    """Put an earlier version, named by the beginning of its hash, in force again.

    Raises BlueprintError when none or several versions begin so.
    """
    found = [row for row in rows.versions(session, kind, name) if version and row.version.startswith(version)]
    if len(found) != 1:
        raise BlueprintError(f"{kind}/{name}: 找到 {len(found)} 个以 {version!r} 开头的版本 / versions found")
    return rows.put_in_force(session, found[0])
