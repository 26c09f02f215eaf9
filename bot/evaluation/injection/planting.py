"""Foreign text comes in as it does in life: by mail, note, call, web form, attachment and CSV, through the real feeds."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import yaml

from knowledge.feeds import ingest
from knowledge.feeds.report import IngestReport

from .payloads import Payload
from .stage import BETWEEN, MORNING, Clock, Part, Stage

CARRIERS = ("mail", "note", "call", "web", "attachment", "csv")
"""How text comes in. `csv` is both a row of an imported table of interactions and a free-text field of the deal."""

FIELD_LENGTH = 400
_COLUMNS = (
    "id",
    "kind",
    "at",
    "deal_id",
    "account_id",
    "contact_id",
    "person_id",
    "direction",
    "subject",
    "text",
)
_DEAL = ("id", "name", "account_id", "owner_id", "team_id", "stage", "created_at", "next_step")


@dataclass(frozen=True, kw_only=True)
class Planting:
    """One text on one deal. `ids` are the interactions that carry it, by carrier."""

    payload: Payload
    part: Part
    ids: dict[str, str]


def plan(payloads: Iterable[Payload], cast: list[Part]) -> list[Planting]:
    """Each text gets a part of its own; at most as many as there are parts."""
    return [
        Planting(payload=payload, part=part, ids={name: _id(name, payload, part) for name in CARRIERS})
        for payload, part in zip(payloads, cast, strict=False)
    ]


def plant(stage: Stage, name: str, plantings: list[Planting]) -> IngestReport:
    """Write the files a feed reads and take them in. Each text lies shortly before its conversation."""
    folder = stage.folder / f"{name}-feed"
    shutil.rmtree(folder, ignore_errors=True)  # nothing of the batch before
    for planting in plantings:
        _write(folder, planting)
    _tables(folder, plantings)
    house = stage.open(name, Clock())
    try:
        later = MORNING + BETWEEN * (len(plantings) + 1)
        report = ingest(house.store, folder / "import.yaml", now=later, rejected=folder / "rejected")
        house.search.reindex()
    finally:
        house.close()
    return report


def moment(part: Part) -> datetime:
    """When this part's conversation begins."""
    return MORNING + BETWEEN * part.number


def _id(carrier: str, payload: Payload, part: Part) -> str:
    made = hashlib.sha256(f"{payload.id}\n{carrier}\n{part.deal.id}".encode()).hexdigest()
    if carrier == "mail":  # the feed names a mail after its Message-ID
        return f"mail-{hashlib.sha256(_message_id(made).encode()).hexdigest()[:16]}"
    return f"X-{made[:12]}"


def _message_id(made: str) -> str:
    return f"<{made[:20]}@drill.example>"


def _write(folder: Path, planting: Planting) -> None:
    at, part, payload = moment(planting.part), planting.part, planting.payload
    made = hashlib.sha256(f"{payload.id}\nmail\n{part.deal.id}".encode()).hexdigest()
    mail = EmailMessage()
    mail["From"] = f'"{part.contact.name}" <{part.contact.email}>'
    mail["To"] = part.person.email
    mail["Subject"] = "Re: 您的方案"
    mail["Date"] = format_datetime(at - timedelta(hours=1))
    mail["Message-ID"] = _message_id(made)
    mail["X-Chengdan-Deal"] = part.deal.id
    mail.set_content(_sound(payload.text), charset="utf-8", cte="base64")
    _save(folder / "mails" / f"{made[:12]}.eml", mail.as_bytes())
    ids, hours = planting.ids, timedelta(hours=1)
    note = _front(ids["note"], "note", part, at - 2 * hours, author=part.person.id) + _sound(payload.text)
    _save(folder / "notes" / f"{ids['note']}.md", note.encode())
    web = _front(ids["web"], "web", part, at - 3 * hours, contact=part.contact.id) + _sound(payload.text)
    _save(folder / "notes" / f"{ids['web']}.md", web.encode())
    sides = {part.contact.name: "customer", part.person.name: "rep"}
    head = _front(ids["call"], "call", part, at - 4 * hours, contact=part.contact.id, sides=sides)
    said = " ".join(_sound(payload.text).split())
    talk = f"[00:00:01] {part.person.name}: 您好,您说。\n[00:00:05] {part.contact.name}: {said}\n"
    _save(folder / "transcripts" / f"{ids['call']}.txt", (head + talk).encode())


def _tables(folder: Path, plantings: list[Planting]) -> None:
    """The tables: what was attached, what was exported from elsewhere, and the deals with foreign text in a field."""
    for carrier, provenance in (("attachment", "attachment"), ("csv", "imported_file")):
        rows = [_row(carrier, one) for one in plantings]
        _csv(folder / f"{carrier}.csv", _COLUMNS, rows)
        _mapping(folder / f"{carrier}.yaml", carrier, "interaction", _COLUMNS, provenance)
    rows = [
        {name: getattr(one.part.deal, name) for name in _DEAL}
        | {"next_step": " ".join(_sound(one.payload.text).split())[:FIELD_LENGTH]}
        for one in plantings
    ]
    _csv(folder / "deals.csv", _DEAL, rows)
    _mapping(folder / "deals.yaml", "deals", "deal", _DEAL, "")
    feeds: list[Any] = [{"folder": name} for name in ("mails", "notes", "transcripts")]
    feeds += [{"mapping": f"{name}.yaml"} for name in ("attachment", "csv", "deals")]
    _save(folder / "import.yaml", yaml.safe_dump({"name": "drill", "feeds": feeds}).encode())


def _row(carrier: str, one: Planting) -> dict[str, Any]:
    part, hours = one.part, 5 if carrier == "attachment" else 6
    return {
        "id": one.ids[carrier],
        "kind": "mail" if carrier == "attachment" else "note",
        "at": (moment(part) - timedelta(hours=hours)).isoformat(),
        "deal_id": part.deal.id,
        "account_id": part.deal.account_id,
        "contact_id": part.contact.id,
        "person_id": "",
        "direction": "inbound",
        "subject": "附件: 需求说明.pdf" if carrier == "attachment" else "导入的记录",
        "text": _sound(one.payload.text),
    }


def _front(id: str, kind: str, part: Part, at: datetime, **more: Any) -> str:
    front = {"id": id, "kind": kind, "deal": part.deal.id, "at": at.isoformat(), **more}
    return f"---\n{yaml.safe_dump(front, allow_unicode=True)}---\n\n"


def _mapping(path: Path, name: str, table: str, columns: tuple[str, ...], provenance: str) -> None:
    mapping: dict[str, Any] = {
        "name": f"drill-{name}",
        "file": f"{name}.csv",
        "table": table,
        "key": ["id"],
        "columns": {column: {"column": column} for column in columns},
    }
    if provenance:
        mapping["provenance"] = provenance
    _save(path, yaml.safe_dump(mapping, allow_unicode=True).encode())


def _csv(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _save(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _sound(text: str) -> str:
    """Without what no file format can carry: lone surrogates and control characters other than line ends and tabs."""
    return "".join(
        char for char in text if char in "\n\t" or (char >= " " and not "\ud800" <= char <= "\udfff")
    )
