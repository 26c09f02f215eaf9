"""`bind`, `unbind`, `accounts`: whose platform account is whose."""

from __future__ import annotations

import csv
from pathlib import Path

from actions.binding import Binding
from actions.switch import Said
from bot.settings import Settings
from knowledge.library import people as people_rows
from knowledge.model import Person, Role

from . import EXIT_FAILED, EXIT_USAGE
from .opening import asker, opened
from .screen import out, out_json
from .trouble import Trouble

WEB = "web"
COLUMNS = ("person", "platform", "account")


def bind(name: str, channel: str, who: str, table: Path | None, *, as_json: bool) -> None:
    """A code for one person, or a whole list; exit code 1 when it may not be."""
    house = opened()
    admin = asker(house, who)
    binding = Binding(house.gate)
    if table is not None:
        said, count = binding.load(admin.id, _rows(table))
        _tell(said, admin, {"bound": count} if as_json else None)
        return
    if not name:
        raise Trouble("给谁? 例如: chengdan bind 李娜 / for whom? e.g. chengdan bind p-lina", EXIT_USAGE)
    person = asker(house, name)
    said, code = binding.code_for(admin.id, person.id, channel)
    if code and channel == WEB:
        said = _link(house.settings, person, code)
    _tell(said, admin, {"person": person.id, "channel": channel, "code": code} if as_json else None)


def _link(settings: Settings, person: Person, code: str) -> Said:
    """What stands after # is sent to no server by itself, so that no log has the code."""
    here = settings.web_public_url.rstrip("/") or f"http://{settings.serve_host}:{settings.serve_port}"
    return Said(
        f"给{person.name}的登录码: {code}(24 小时内有效,只能用一次)。打开 {here}/login#{code}",
        f"Code for {person.name}: {code} (24 h, once). They open {here}/login#{code}",
    )


def unbind(channel: str, account: str, who: str) -> None:
    house = opened()
    admin = asker(house, who)
    _tell(Binding(house.gate).unbind(admin.id, channel, account), admin, None)


def accounts(name: str, who: str, *, as_json: bool) -> None:
    """Everybody's accounts for an administrator or auditor; one's own for the others."""
    house = opened()
    reader = asker(house, who)
    binding = Binding(house.gate)
    with house.store.reading() as session:
        everybody = list(people_rows.people(session))
    wanted = [asker(house, name)] if name else everybody
    if not {Role.ADMIN, Role.AUDITOR} & set(reader.roles):
        wanted = [person for person in wanted if person.id == reader.id]
    rows = [
        {"person": person.id, "name": person.name, "platform": one.platform, "account": one.external_id}
        for person in wanted
        for one in binding.accounts(person.id)
    ]
    if as_json:
        out_json(rows)
    elif rows:
        out("\n".join(f"{row['person']}  {row['name']}  {row['platform']}  {row['account']}" for row in rows))
    else:
        out("还没有绑定任何账号 / no account is bound yet")


def _rows(table: Path) -> list[tuple[str, str, str]]:
    """(person, platform, account) of every line. Raises Trouble with the line that is wrong."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
            if missing:
                raise Trouble(f"缺少列 {', '.join(missing)} / missing columns", EXIT_USAGE)
            rows = [tuple((row[column] or "").strip() for column in COLUMNS) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Trouble(f"读不了 {table}: {error} / cannot read it", EXIT_USAGE) from error
    for number, row in enumerate(rows, 2):
        if not all(row):
            raise Trouble(f"第 {number} 行不完整 / line {number} is not complete", EXIT_USAGE)
    return [(row[0], row[1], row[2]) for row in rows]


def _tell(said: Said, reader: Person, record: dict[str, object] | None) -> None:
    if record is not None and said.done:
        out_json(record)
    else:
        out(said.en if reader.language == "en" else said.zh)
    if not said.done:
        raise SystemExit(EXIT_FAILED)
