"""`chengdan feed`: add, list, run, pause and remove what is read by the clock."""

from __future__ import annotations

import re
from pathlib import Path

from bot.feed_boxes import boxes
from bot.feed_kinds import KINDS
from bot.feeding import Feeder, Taken, shown
from bot.wiring import House
from knowledge.library import feeds as rows
from knowledge.model import FeedSource

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import opened
from .screen import out, out_json, progress, table
from .trouble import Trouble, missing

SOONEST_S, LATEST_S = 60, 7 * 86400
_EVERY = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")


def add(
    name: str, kind: str, *, every: str, mailbox: str, folders: str, days: int, unknown: bool, mapping: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Write the feed down; it is due at once."""
    if not _NAME.fullmatch(name):
        raise Trouble(
            "名字只用字母、数字、点、横线 / a name has letters, digits, dots and dashes", EXIT_USAGE
        )
    if kind not in KINDS:
        raise Trouble(f"可以是 / one of: {', '.join(sorted(KINDS))}", EXIT_USAGE)
    house = opened()
    options = _mailbox(house, mailbox, folders, days, unknown) if kind == "mailbox" else _crm(mapping)
    with house.store.session() as session:
        if session.get(FeedSource, name) is not None:
            raise Trouble(f"{name} 已经有了 / there is one called {name}", EXIT_USAGE)
        source = FeedSource(
            name=name, kind=kind, options=options, every_s=_seconds(every), due_at=house.clock(),
            created_at=house.clock(),
        )  # fmt: skip
        session.add(source)
        session.flush()
        told = shown(source, 0)
    if as_json:
        out_json(told)
    else:
        out(
            f"已添加 {name}: serve 会定时读;现在读: chengdan feed run {name} / added; serve reads it by the clock"
        )


def _mailbox(house: House, mailbox: str, folders: str, days: int, unknown: bool) -> dict[str, str]:
    there = boxes(house.settings)
    user = mailbox or (next(iter(there)) if len(there) == 1 else "")
    if user not in there:
        known = "、".join(there) or "IMAP_URL 是空的 / IMAP_URL is empty"
        raise Trouble(f"--mailbox 要是 IMAP_URL 里的用户 / must be a user of IMAP_URL: {known}", EXIT_USAGE)
    options = {"mailbox": user, "days": str(days), "unknown": str(unknown).lower()}
    chosen = [one.strip() for one in re.split(r"[,，]", folders) if one.strip()]
    return options | ({"folders": "|".join(chosen)} if chosen else {})


def _crm(mapping: str) -> dict[str, str]:
    if not mapping:
        return {}
    if not Path(mapping).exists():
        raise missing(Path(mapping))
    return {"mapping": str(Path(mapping).absolute())}


def _seconds(every: str) -> int:
    found = _EVERY.fullmatch(every.strip().lower())
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not SOONEST_S <= seconds <= LATEST_S:
        raise Trouble("多久一次: 1m 到 7d,如 5m、1h / how often: 1m to 7d, as 5m or 1h", EXIT_USAGE)
    return seconds


def listed(*, as_json: bool) -> None:
    """Every feed."""
    house = opened()
    with house.store.reading() as session:
        found = [shown(one, rows.held_count(session, one.name)) for one in rows.sources(session)]
    if as_json:
        out_json(found)
        return
    if not found:
        out("还没有来源: chengdan feed add 名字 mailbox|hubspot|salesforce / there is none yet")
        return
    head = ["名字 name", "类型 kind", "上次 last", "新/改/扣 new/changed/held", "下次 next", "问题 trouble"]
    table(head, [_row(one) for one in found])


def _row(one: dict[str, object]) -> list[str]:
    counts = one["counts"]
    assert isinstance(counts, dict)
    figures = f"{counts.get('new', 0)}/{counts.get('changed', 0)}/{one['held']}"
    due = str(one["due_at"])[:16] if one["enabled"] else "暂停 paused"
    return [
        str(one["name"]),
        str(one["kind"]),
        str(one["ended_at"] or "-")[:16],
        figures,
        due,
        str(one["trouble"]),
    ]


def read(name: str, *, dry_run: bool, full: bool, as_json: bool) -> None:
    """One reading now. Exit code 1 when records were refused."""
    house = opened()
    _there(house, name)
    with progress(name) as tick:
        try:
            report = Feeder(house).read(name, dry_run=dry_run, anew=full, tick=tick)
        except Taken:
            raise Trouble(f"{name} 正在别处读 / {name} is being read elsewhere") from None
    if as_json:
        out_json(report.to_json())
    else:
        out(report.as_text())
    if not dry_run and (report.new or report.changed):
        with progress("索引 / index") as tick:
            house.search.reindex(progress=tick)
    if report.rejected:
        raise SystemExit(EXIT_FAILED)


def held(name: str, *, as_json: bool) -> None:
    """What is held back; it is asked for anew at every reading."""
    house = opened()
    with house.store.reading() as session:
        found = [one.model_dump() for one in rows.held(session, name)]
    if as_json:
        out_json(found)
        return
    for one in found:
        out(f"{one['feed']} {one['part']} {one['external_id']} [{one['field']}]: {one['reason']}")
    if not found:
        out("没有扣下的 / nothing is held back")


def pause(name: str) -> None:
    """Paused, or going on again."""
    house = opened()
    _there(house, name)
    with house.store.session() as session:
        source = session.get_one(FeedSource, name)
        source.enabled, source.due_at = not source.enabled, house.clock()
        session.add(source)
        on = source.enabled
    out(f"{name}: {'继续 / going on' if on else '已暂停 / paused'}")


def remove(name: str) -> None:
    """The feed, its cursors and what it held back; not the rows it brought."""
    house = opened()
    _there(house, name)
    with house.store.session() as session:
        rows.forget(session, name)
    out(f"已删除 {name},数据保留 / removed; what it brought stays")


def _there(house: House, name: str) -> None:
    with house.store.reading() as session:
        if session.get(FeedSource, name) is None:
            raise Trouble(f"没有叫 {name} 的来源 / no such feed: {name}", EXIT_NOT_FOUND)
