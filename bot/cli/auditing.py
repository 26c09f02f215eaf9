"""Commands for the auditor: verify, why, export, head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from actions import audit_export, heads
from actions.audit_export import Summary, Wanted
from actions.audit_story import Story, reads_all, story
from actions.proofs import prove
from bot.wiring import House
from knowledge.model import Person

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .books import span_of
from .opening import asker, opened
from .screen import err, out, out_json
from .trouble import Trouble


def verify(who: str, *, as_json: bool) -> None:
    """Chain, rows and copies outside; exit code 1 and every problem when they do not agree."""
    house = opened()
    asker(house, who)
    with house.store.reading() as session:
        result = prove(session, house.clock(), house.head_file, folder_of(house))
    if as_json:
        out_json({"ok": result.ok, "records": result.records, "problems": list(result.problems)})
    else:
        out(
            "\n".join(result.problems)
            or f"审计链与各表一致,共 {result.records} 条 / chain and rows agree, {result.records} records"
        )
    if not result.ok:
        raise SystemExit(EXIT_FAILED)


def why(ref: str, who: str, *, as_json: bool) -> None:
    """The whole story of one action."""
    house = opened()
    person = asker(house, who)
    with house.store.reading() as session:
        found = story(session, person, ref, house.clock())
    if found is None:
        raise Trouble("没有找到这个动作 / no such action", EXIT_NOT_FOUND)
    out_json(found.as_json()) if as_json else out(_text(found, person.language))
    if not found.agrees:
        raise SystemExit(EXIT_FAILED)


def _text(found: Story, language: str) -> str:
    en = language == "en"
    lines = [f"{en_label if en else zh}: {value}" for zh, en_label, value in found.lines]
    for step in found.steps:
        decided = f" -> {step.decision}" if step.decision else ""
        rules = f" [{', '.join(step.rules)}]" if step.rules else ""
        detail = f" {json.dumps(step.detail, ensure_ascii=False)}" if step.detail else ""
        lines.append(
            f"  #{step.seq} {step.at:%Y-%m-%d %H:%M:%S}Z {step.event}{decided} ({step.actor}){rules}{detail} {step.hash[:16]}"
        )
    agrees = (
        ("与审计链一致", "agrees with the chain")
        if found.agrees
        else ("⚠ 与审计链不符", "⚠ differs from the chain")
    )
    return "\n".join([*lines, agrees[1 if en else 0]])


def export(target: Path | None, who: str, since: str, action: str, kind: str) -> None:
    """The record, or the part this person may read, with a signed-off summary; that it was exported is chained too."""
    if kind not in ("jsonl", "csv"):
        raise Trouble("格式是 jsonl 或 csv / the format is jsonl or csv", EXIT_USAGE)
    house = opened()
    person = asker(house, who)
    now, summary = house.clock(), Summary()
    wanted = Wanted(since=now - span_of(since) if since else None, action=action)
    try:
        with house.store.reading() as session:
            found = audit_export.links(session, person, wanted, now)
            lines = (audit_export.csv_lines if kind == "csv" else audit_export.json_lines)(found, summary)
            _write(lines, target)
    except LookupError as error:
        raise Trouble(str(error), EXIT_NOT_FOUND) from error
    signed = summary.as_json(person, now, wanted)
    if target is not None:
        beside = target.with_name(f"{target.name}.summary.json")
        beside.write_text(json.dumps(signed, ensure_ascii=False, indent=2) + "\n", "utf-8")
    err(json.dumps(signed, ensure_ascii=False))
    _chain(house, person, signed)


def _write(lines: Iterator[str], target: Path | None) -> None:
    if target is None:
        for line in lines:
            out(line.rstrip("\n"))
        return
    with target.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


def _chain(house: House, person: Person, signed: dict[str, object]) -> None:
    """Who took the record out is itself on record."""
    from actions import record

    detail = {"count": signed["count"], "sha256": signed["sha256"]}
    with house.store.session() as session:
        entry = record.Event(name="audit_exported", actor=person.id, channel="cli", detail=detail)
        record.append(session, entry, house.clock())
    house.gate.after()


def head(who: str, *, as_json: bool) -> None:
    """The newest link, and the day's dated copy of it."""
    house = opened()
    person = asker(house, who)
    with house.store.reading() as session:
        found = heads.head(session)
    if found is None:
        raise Trouble("审计链还是空的 / the record is empty", EXIT_NOT_FOUND)
    day = heads.day_of(house.clock(), house.gate.rules.utc_offset_hours)
    path = (
        heads.write(folder_of(house), day, found) if reads_all(person) else folder_of(house) / f"{day}.json"
    )
    if as_json:
        out_json(found.as_json(day) | {"copy": str(path)})
    else:
        out(f"{day} #{found.seq} {found.hash}\n{path}")


def folder_of(house: House) -> Path:
    """Where the dated copies of the head lie."""
    return house.settings.var_dir / "audit" / "heads"
