"""Handing out a file that an action made: to its asker alone, while it stands, and written down each time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import record
from .action import State
from .effect import UPDATE_UNDO
from .files import Shelf
from .gate import Gate
from .sight import find

MAKES_FILES = frozenset({"export_data"})


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file by the name people know and the path it lies under; `zh` and `en` say why there is none."""

    name: str = ""
    path: Path | None = None
    zh: str = ""
    en: str = ""


def fetch(gate: Gate, person_id: str, ref: str, channel: str = "") -> Fetched:
    """The file of an executed export of this person. Another's export sounds like none; one handed back is gone."""
    now = gate.clock()
    with gate.store.session() as session:
        record.lock_system(session)
        action = find(session, ref) if ref.strip() else None
        if action is None or action.requester_id != person_id or action.action not in MAKES_FILES:
            return Fetched(zh="没有找到这个导出,用法: /fetch 编号", en="no such export. Usage: /fetch CODE")
        if action.state != State.EXECUTED:
            zh, en = f"{action.code} 没有可取的文件", f"{action.code} has no file to fetch"
            return Fetched(zh=f"{zh}: {action.result.get('detail', '')}".rstrip(": "), en=en)
        made = action.result.get(UPDATE_UNDO, {})
        shelf = gate.hands.files
        try:
            gate.hands.files.read(str(made.get("sha256", "")))
        except (FileNotFoundError, ValueError) as error:
            return Fetched(zh=str(error).partition(" / ")[0], en=str(error).rpartition(" / ")[2])
        event = record.Event(name="fetched", action=action, actor=person_id, channel=channel)
        record.append(session, event, now)
        path = shelf.path(str(made["sha256"])) if isinstance(shelf, Shelf) else None
        found = Fetched(name=str(made.get("name", "")), path=path)
    gate.after()
    return found
