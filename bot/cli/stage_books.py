"""`chengdan stage show|publish|set|rollback`: the journey's configuration, changed through the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from actions.blueprint_edits import EditError, edited
from actions.ruling.blueprint_change import BOOKS
from knowledge import blueprints
from knowledge.library import blueprints as rows

from . import EXIT_FAILED, EXIT_USAGE
from .opening import asker, opened
from .ruling import propose
from .screen import out, out_json
from .trouble import Trouble, missing


def show(book: str, *, as_json: bool) -> None:
    """The content in force as YAML, and every version."""
    import yaml

    house = opened()
    with house.store.reading() as session:
        content = blueprints.active_or_default(session, _known(book))
        known = [(one.version, one.active, one.author_id, one.reviewer_id, one.published_at.isoformat())
                 for one in rows.versions(session, book, "default")]  # fmt: skip
    version = blueprints.version_of(content)
    if as_json:
        names = ("version", "active", "author", "reviewer", "published_at")
        out_json(
            {
                "version": version,
                "content": content,
                "versions": [dict(zip(names, one, strict=True)) for one in known],
            }
        )
        return
    out(f"# {book} {version[:12]}")
    out(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    for one in known:
        out(f"# {'*' if one[1] else ' '} {one[0][:12]} {one[4][:16]} {one[2] or '-'} / {one[3] or '-'}")


def publish(book: str, file: Path, who: str, reason: str, *, as_json: bool) -> None:
    """A whole file."""
    import yaml

    if not file.is_file():
        raise missing(file)
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Trouble(f"{file.name}: {error}", EXIT_FAILED) from error
    if not isinstance(content, dict):
        raise Trouble(f"{file.name}: 要写成“键: 值” / a blueprint is a YAML mapping", EXIT_FAILED)
    _propose(book, {"content": content}, who, reason, as_json=as_json)


def change(book: str, settings: list[str], who: str, reason: str, *, as_json: bool) -> None:
    """Some values changed."""
    house = opened()
    with house.store.reading() as session:
        content = blueprints.active_or_default(session, _known(book))
    try:
        made = edited(content, settings)
    except EditError as error:
        raise Trouble(str(error), EXIT_USAGE) from error
    _propose(book, {"content": made}, who, reason, as_json=as_json)


def rollback(book: str, version: str, who: str, reason: str, *, as_json: bool) -> None:
    """An earlier version."""
    _propose(book, {"rollback": version}, who, reason, as_json=as_json)


def _propose(book: str, wish: dict[str, Any], who: str, reason: str, *, as_json: bool) -> None:
    house = opened()
    args = {"kind": "blueprint", "book": _known(book), "reason": reason, **wish}
    propose(house, asker(house, who), "change_rule", args, as_json=as_json)


def _known(book: str) -> str:
    if book not in BOOKS:
        raise Trouble(f"可以是 / one of: {', '.join(BOOKS)}", EXIT_USAGE)
    return book
