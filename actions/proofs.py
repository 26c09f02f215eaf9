"""`audit verify`: the chain, and that every row says what the chain says of it. Any byte that matters is looked at.

The chain alone proves that the history was not changed; this also proves that actions, votes, incidents, autonomy levels,
pilots and the rules in force are those the history ends with, and that every copy kept outside agrees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from sqlmodel import Session, col, select

from . import heads
from .autonomy.rows import STANDING, standing_hash
from .record import Verification, Walk, each, read_head
from .rowhash import ROW, hash_of
from .ruling import emergencies
from .ruling.emergencies import ENDED
from .ruling.policy_change import PUBLISHED
from .ruling.published import SHIPPED, bundle_of, in_force, regular, shown
from .stored import intact
from .tables import Action, Approval, AuditRecord, Autonomy, Incident, Pilot

Row = TypeVar("Row", Action, Approval, Incident)
Linked = TypeVar("Linked", Approval, Incident)


@dataclass
class Told:
    """What the chain says of one action: its payload hashes, the row's hash at its last link, whether it was erased."""

    payloads: set[str] = field(default_factory=set)
    row: str = ""
    erased: bool = False


@dataclass
class Story:
    """What is gathered on one walk along the chain."""

    actions: dict[str, Told] = field(default_factory=dict)
    standing: str = ""
    version: str = SHIPPED
    regular: str = SHIPPED

    def take(self, link: AuditRecord) -> None:
        self.standing = str(link.detail.get(STANDING, self.standing))
        if link.event in (PUBLISHED, ENDED):
            self.version = str(link.detail.get("version", SHIPPED))
            self.regular = str(link.detail.get("regular", SHIPPED))
        if not link.action_id:
            return
        told = self.actions.setdefault(link.action_id, Told())
        told.payloads.add(link.payload_hash)
        told.row = str(link.detail.get(ROW, told.row))
        told.erased = told.erased or link.event == "erased"


def prove(
    session: Session, now: datetime, head_file: Path | None = None, head_folder: Path | None = None
) -> Verification:
    """Everything that does not agree, in order: the chain, the copies outside, then the rows."""
    copies = list(heads.copies(head_folder))
    anchors = [(seq, hash_) for _, seq, hash_ in copies if seq >= 0]
    beside = read_head(head_file)
    walk, story = Walk(anchors=[*anchors, *([beside] if beside else [])]), Story()
    for number, link in each(session):
        walk.take(number, link)
        if link is not None:
            story.take(link)
    problems = [*walk.problems, *walk.cut_off()]
    problems += [
        f"链头副本 {name} 读不出来 / the copy {name} of the head cannot be read"
        for name, seq, _ in copies
        if seq < 0
    ]
    problems += [*_rows(session, story), *_votes(session), *_house(session, story, now)]
    return Verification(records=walk.count, problems=tuple(dict.fromkeys(problems)))


def _rows(session: Session, story: Story) -> Iterator[str]:
    """Every action against what the chain says of it, and every action the chain knows."""
    votes, incidents = _by_action(readable(session, Approval)), _by_action(readable(session, Incident))
    seen = set()
    for action_id, action in readable(session, Action):
        seen.add(action_id)
        told = story.actions.get(str(action_id))
        if told is None:
            yield f"动作 {action_id} 没有任何记录 / action {action_id} has no record"
        elif action is None:
            yield f"动作 {action_id} 读不出来 / action {action_id} cannot be read"
        else:
            row = hash_of(action, votes[action.id], incidents[action.id])
            yield from _row(action, told, row)
    for gone in sorted(set(story.actions) - seen):
        yield f"动作 {gone} 已不在库中 / action {gone} is gone from the database"


def _row(action: Action, told: Told, row: str) -> Iterator[str]:
    name = action.code
    if told.payloads != {action.payload_hash}:
        yield f"动作 {name} 的指纹与审计链不符 / the hash of {name} is not the one in the chain"
    if action.erased_at is None and not intact(action):
        yield f"动作 {name} 的内容被改动 / the content of {name} was changed"
    if action.erased_at is not None and (action.payload or action.salt or not told.erased):
        yield f"动作 {name} 标为已删除,但与审计链不符 / {name} is marked as erased, which the chain does not know"
    if told.row and told.row != row:
        yield f"动作 {name} 的记录(状态、决定、表态或事故)被改动 / the row, votes or incidents of {name} were changed"


def readable(session: Session, table: type[Row]) -> Iterator[tuple[Any, Row | None]]:
    """Every row by id; one whose stored text is no longer JSON or a moment comes as None."""
    key = col(table.id)
    try:
        yield from [(row.id, row) for row in session.exec(select(table).order_by(key))]
        return
    except (ValueError, TypeError):
        session.expunge_all()
    for id_ in session.execute(sqlalchemy.select(key).order_by(key)).scalars().all():
        try:
            yield id_, session.get_one(table, id_)
        except (ValueError, TypeError):
            yield id_, None


def _by_action(rows: Iterator[tuple[Any, Linked | None]]) -> defaultdict[str, list[Linked]]:
    found: defaultdict[str, list[Linked]] = defaultdict(list)
    for _, row in rows:
        if row is not None:
            found[row.action_id].append(row)
    return found


def _votes(session: Session) -> Iterator[str]:
    """Votes of no action, and votes for another content than the action has."""
    columns = (col(Approval.id), col(Approval.payload_hash), col(Action.payload_hash), col(Action.code))
    query = sqlalchemy.select(*columns).join(Action, col(Action.id) == col(Approval.action_id), isouter=True)
    for id_, given, real, code in session.execute(query.order_by(col(Approval.id))):
        if real is None:
            yield f"表态 {id_} 没有对应的动作 / vote {id_} belongs to no action"
        elif given != real:
            yield f"对 {code} 的表态 {id_} 针对的是别的内容 / vote {id_} on {code} was given to another content"


def _house(session: Session, story: Story, now: datetime) -> Iterator[str]:
    """Levels, pilots and rules in force are those the chain ends with."""
    anything = session.exec(select(Autonomy.id)).first() or session.exec(select(Pilot.id)).first()
    if (story.standing or anything) and story.standing != standing_hash(session):
        yield "自主级别或试点范围被绕过审计改动 / autonomy levels or pilots were changed past the record"
    version = in_force(session, now)
    if version != SHIPPED:
        try:
            bundle_of(session, version)
        except ValueError as error:
            yield str(error)
    lapsed = version == story.regular and emergencies.over(session, now)
    if regular(session) != story.regular or (version != story.version and not lapsed):
        yield (
            f"生效的规则 {shown(version)} 不是审计链里发布的 {shown(story.version)} / "
            f"the rules in force ({shown(version)}) are not those the chain published ({shown(story.version)})"
        )
