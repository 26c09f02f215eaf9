"""Changes of a blueprint as people type them: `stages.consideration.within_days=20`, `rows.story_video.on=false`."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import yaml


class EditError(ValueError):
    """What was typed leads nowhere; the sentence is for the person."""


def edited(content: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """A copy of `content` with each `path=value` put in. Parts of a path are keys, ids of items, or names of items (考虑);
    the value is read as YAML. Raises EditError naming what is there instead."""
    made = copy.deepcopy(dict(content))
    for setting in settings:
        path, mark, value = setting.partition("=")
        if not mark or not path.strip():
            raise EditError(f"要写成 路径=值 / write path=value: {setting}")
        _put(made, [part.strip() for part in path.split(".")], _read(value))
    return made


def switched(content: Mapping[str, Any], row: str, on: bool) -> dict[str, Any]:
    """The interventions with one row, by its id or name, switched on or off."""
    return edited(content, [f"rows.{row}.on={str(on).lower()}"])


def _put(content: Any, parts: list[str], value: Any) -> None:
    at = content
    for depth, part in enumerate(parts[:-1]):
        at = _step(at, part, ".".join(parts[: depth + 1]))
    last = parts[-1]
    if not isinstance(at, dict):
        raise EditError(f"{'.'.join(parts)}: 这里不能写值 / no value can stand here")
    at[last] = value


def _step(at: Any, part: str, where: str) -> Any:
    if isinstance(at, list):
        wanted = part.casefold()
        for one in at:
            if isinstance(one, dict) and wanted in (
                str(one.get(key, "")).casefold() for key in ("id", "name", "name_en")
            ):
                return one
        known = ", ".join(str(one["id"]) for one in at if isinstance(one, dict) and "id" in one)
        raise EditError(f"{where}: 没有 / there is none; {known}")
    if isinstance(at, dict) and part in at:
        return at[part]
    known = ", ".join(at) if isinstance(at, dict) else "-"
    raise EditError(f"{where}: 没有 / there is none; {known}")


def _read(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise EditError(f"{text}: {error}") from error
