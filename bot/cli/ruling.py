"""Commands that change what rules: publish and roll back a rule book, the autonomy ladder, pilots, erasing a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from actions.action import ActionRequest, Outcome, State, Status, canonical, digest
from actions.effect import BadArguments
from actions.erasing.change import Found
from actions.erasing.files import bearing
from actions.erasing.found import find_everything
from actions.erasing.whom import find_whom, held
from actions.ruling import published, replays
from bot.jobs import WAIT_S, tick
from bot.keeping import keep
from bot.wiring import House
from knowledge.model import Person
from policies.bundle import Bundle

from . import EXIT_FAILED, EXIT_NOT_FOUND
from .books import folder_of
from .opening import asker, opened
from .screen import err, out, out_json, table

CHANNEL = "cli"


def publish(folder: Path, who: str, reason: str, *, emergency: bool, as_json: bool) -> None:
    """Ask for a rule book to be put in force; the past is replayed first, so that the request itself is quick."""
    book = Bundle.of(folder_of(folder))
    house = opened()
    person = asker(house, who)
    faults = book.faults()
    if not faults:
        err("回放近 90 天的决定… / replaying the decisions of 90 days…")
        with house.store.reading() as session:
            replays.of_rules(session, book.judge(), house.clock())
    args = {"kind": "policy", "content": book.as_content(), "emergency": emergency, "reason": reason}
    propose(house, person, "change_rule", args, as_json=as_json)


def versions(who: str, *, as_json: bool) -> None:
    """Published rule books, newest first, and which decides now."""
    house = opened()
    asker(house, who)
    now = house.clock()
    with house.store.reading() as session:
        current, regular = published.in_force(session, now), published.regular(session)
        over = published.emergency(session, now)
        rows = [
            _version(row.version, row.published_at.isoformat(), row.author_id, row.reviewer_id)
            for row in published.versions(session)
        ]
    rows.append(_version(published.SHIPPED, "", None, None))
    for row in rows:
        row["in_force"] = row["version"] == (current or published.SHIPPED_NAME)
        row["regular"] = row["version"] == (regular or published.SHIPPED_NAME)
        row["emergency_until"] = over.ends_at.isoformat() if over and row["version"] == over.version else ""
    if as_json:
        out_json(rows)
        return
    table(
        ["", "version", "published (UTC)", "author", "reviewer", "emergency until (UTC)"],
        list(map(_cells, rows)),
    )


def _cells(row: Mapping[str, Any]) -> list[str]:
    mark = "●" if row["in_force"] else "○" if row["regular"] else ""
    version, at, until = row["version"][:12], row["published_at"][:19], row["emergency_until"][:19]
    return [mark, version, at, row["author"] or "", row["reviewer"] or "", until]


def _version(version: str, at: str, author: str | None, reviewer: str | None) -> dict[str, Any]:
    return {
        "version": version or published.SHIPPED_NAME,
        "published_at": at,
        "author": author,
        "reviewer": reviewer,
    }


def rollback(version: str, who: str, reason: str, *, as_json: bool) -> None:
    """Ask for an earlier rule book to be put in force again."""
    house = opened()
    person = asker(house, who)
    args = {"kind": "policy", "rollback": version, "reason": reason}
    propose(house, person, "change_rule", args, as_json=as_json)


def change(args: Mapping[str, Any], who: str, *, as_json: bool) -> None:
    """Ask for another level or another pilot."""
    house = opened()
    propose(house, asker(house, who), "change_rule", args, as_json=as_json)


def erase(kind: str, id_: str, who: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    """Ask that a person's data are erased; first the list of what would be emptied."""
    house = opened()
    person = asker(house, who)
    if "admin" not in person.roles:
        err("只有管理员可以提出删除 / only an administrator may ask for it")
        raise SystemExit(EXIT_FAILED)
    try:
        with house.store.reading() as session:
            whom = find_whom(session, kind, id_)
            found, open_ = find_everything(session, whom), held(session, whom)
            files = bearing(house.settings.var_dir, whom, [])
    except BadArguments as error:
        err(str(error))
        raise SystemExit(EXIT_NOT_FOUND) from error
    listed = [_listed(one) for one in found]
    if as_json and dry_run:
        out_json({"rows": listed, "files": files, "namesakes": list(whom.namesakes), "held_by": open_})
    elif not as_json:
        table(["table", "row", "what happens", "columns"], [list(row.values()) for row in listed])
        out("\n".join(f"📄 {name}" for name in files))
        same = ", ".join(whom.namesakes) or "–"
        out(f"{len(listed)} 行, {len(files)} 个文件 / rows, files; 同名 / same name: {same}")
    if dry_run:
        if open_:
            err(f"未完结的动作 / open actions: {', '.join(open_)}")
        return
    propose(house, person, "erase_data", {"kind": kind, "id": id_, "reason": reason}, as_json=as_json)


def _listed(one: Found) -> dict[str, str]:
    return {"table": one.table, "row": one.key, "how": one.how, "columns": ", ".join(sorted(one.values))}


def propose(
    house: House, person: Person, verb: str, args: Mapping[str, Any], *, as_json: bool, about: str = "rules"
) -> None:
    """Give the wish to the gate, let the clock look once, and say what came of it."""
    key = digest(canonical({"who": person.id, "at": house.clock().isoformat(), "args": dict(args)}))
    request = ActionRequest(
        action=verb,
        args=args,
        resource_id=about,
        on_behalf_of=person.id,
        idempotency_key=f"{CHANNEL}:{key}",
    )
    outcome = house.gate.submit(request, CHANNEL)
    if outcome.action_id:
        tick(house, wait_s=WAIT_S)
        keep(house)
        outcome = house.gate.submit(request, CHANNEL)  # the same wish again answers with what it has become
    _told(outcome, person, as_json)


def _told(outcome: Outcome, person: Person, as_json: bool) -> None:
    text = outcome.reason_en if person.language == "en" and outcome.reason_en else outcome.reason
    if as_json:
        out_json(asdict(outcome))
    else:
        out(text)
        if outcome.state is State.PENDING:
            out(f"/show {outcome.code} · {', '.join(outcome.approvers)}")
    if outcome.status in (Status.REFUSED, Status.FAILED, Status.UNKNOWN):
        raise SystemExit(EXIT_FAILED)
