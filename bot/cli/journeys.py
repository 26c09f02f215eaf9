"""`chengdan journey`: the tracking plan in force, what waits in quarantine, and who may send events."""

from __future__ import annotations

from bot.collecting import new_source
from knowledge.insight.journey.events import SOURCES
from knowledge.journey.planning import plan_in_force
from knowledge.journey.replaying import take_again
from knowledge.library import journey as rows
from knowledge.model import CollectSource, Person, Role

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import out, out_json, table
from .trouble import Trouble

MAY = frozenset({Role.ADMIN, Role.MARKETING})
"""Who may say from where events come."""
SHOWN = 200


def plan(*, as_json: bool) -> None:
    """Every planned event."""
    house = opened()
    with house.store.reading() as session:
        found = plan_in_force(session)
    if as_json:
        out_json({"version": found.version, **found.content.model_dump(mode="json")})
        return
    out(f"{found.content.name} · {found.version}")
    lines = [
        [
            name,
            event.zh,
            event.en,
            event.owner,
            event.expires.isoformat(),
            ", ".join(event.sources),
            ", ".join(
                f"{key}{'*' if prop.required else ''}:{prop.type}" for key, prop in event.props.items()
            ),
        ]
        for name, event in sorted(found.content.events.items())
    ]
    table(["event", "", "", "owner", "expires", "sources", "props"], lines)


def quarantine(name: str, *, replay: bool, as_json: bool) -> None:
    """What waits, by event and reason; with `replay` it is taken in again."""
    house = opened()
    if replay:
        with house.store.session() as session:
            told = take_again(
                session, rows.quarantined(session, name, 10_000), house.identity_key, house.clock()
            )
        out(
            f"收下 {told.new} · 已有 {told.unchanged} · 仍在隔离区 {len(told.faults)} / taken, known, still waiting"
        )
        return
    with house.store.reading() as session:
        counted = rows.quarantine_counts(session)
        held = [
            {"id": row.id, "name": row.name, "source": row.source, "reason": row.reason, "times": row.times,
             "first_seen": row.first_seen, "last_seen": row.last_seen, "payload": row.payload}
            for row in rows.quarantined(session, name, SHOWN)
        ]  # fmt: skip
    if as_json:
        out_json(held)
    elif not counted:
        out("隔离区是空的 / nothing is in quarantine")
    else:
        wanted = [one for one in counted if not name or one[0] == name]
        table(
            ["event", "reason", "events", "seen"],
            [[one[0], one[1], str(one[2]), str(one[3])] for one in wanted],
        )


def source(name: str, origins: tuple[str, ...], kind: str, who: str, *, close: bool, as_json: bool) -> None:
    """List, open or close a source."""
    house = opened()
    with house.store.reading() as session:
        known = {row.name: row for row in rows.sources(session)}
    if not name:
        _list(list(known.values()), as_json=as_json)
        return
    _allowed(asker(house, who))
    if close:
        row = known.get(name)
        if row is None:
            raise Trouble(f"没有来源 {name} / there is no source {name}", EXIT_NOT_FOUND)
        row.closed_at = house.clock()
        with house.store.session() as session:
            session.merge(row)
        out(f"{name} 已停用 / may send no more")
        return
    if kind not in SOURCES or name in known:
        told = (
            f"已有来源 {name} / {name} is there already" if name in known else f"kind: {', '.join(SOURCES)}"
        )
        raise Trouble(told, EXIT_USAGE)
    try:
        row, key = new_source(name, kind, origins, house.clock())
    except ValueError as error:
        raise Trouble(str(error), EXIT_USAGE) from error
    with house.store.session() as session:
        session.add(row)
    if as_json:
        out_json({"name": name, "key": key, "origins": list(origins)})
        return
    out(f"写入密钥(只显示这一次) / write key, shown this once: {key}")
    if origins:
        out(f'<script src="https://HOST/collect.js" data-key="{key}" defer></script>')


def _list(known: list[CollectSource], *, as_json: bool) -> None:
    if as_json:
        out_json(
            [
                {"name": row.name, "source": row.source, "origins": row.origins, "open": not row.closed_at}
                for row in known
            ]
        )
        return
    lines = [[row.name, row.source, " ".join(row.origins), "–" if row.closed_at else "✓"] for row in known]
    table(["name", "source", "origins", "open"], lines)


def _allowed(person: Person) -> None:
    if not person.active or not MAY & set(person.roles):
        raise Trouble("只有管理员和市场可以这样做 / only administrators and marketing may", EXIT_FAILED)
