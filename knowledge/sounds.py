"""How Chinese names sound: toneless pinyin, so that huadong yiliao, hdyl and 华冬医疗 find 华东医疗."""

from __future__ import annotations

import functools
import importlib.util
import re
import unicodedata
from pathlib import Path
from types import ModuleType

SYLLABLE = re.compile(r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:[iu]?[aeo]?[aeiouv]|[iu]?[aeo])(?:ng|n|r)?")


@functools.cache
def _table() -> dict[int, str]:
    """Character -> its readings. Only pypinyin's table is read: its package import costs 0.3 s for phrases."""
    package = importlib.util.find_spec("pypinyin")
    if package is None or not package.submodule_search_locations:
        return {}
    path = Path(package.submodule_search_locations[0]) / "pinyin_dict.py"
    spec = importlib.util.spec_from_file_location("_pinyin_table", path)
    if spec is None or spec.loader is None:
        return {}
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table: dict[int, str] = module.pinyin_dict
    return table


@functools.lru_cache(maxsize=20_000)
def readings(char: str) -> tuple[str, ...]:
    """The toneless readings of one character, most usual first; a letter reads as itself."""
    known = _table().get(ord(char))
    if known is None:
        return (char,)
    plain = (_toneless(reading) for reading in known.split(","))
    return tuple(dict.fromkeys(plain))


def _toneless(reading: str) -> str:
    parts = unicodedata.normalize("NFD", reading)
    kept = "".join("v" if char == "\u0308" else char for char in parts if char.isalpha() or char == "\u0308")
    return kept.replace("uv", "v")


def spellings(form: str, limit: int = 8) -> list[str]:
    """Ways to spell a form in toneless pinyin without spaces, at most `limit`."""
    return _combine([readings(char) for char in form], limit)


def initials(form: str, limit: int = 8) -> list[str]:
    """Ways to abbreviate a form by the first letters of its syllables: 华东医疗 -> hdyl."""
    return _combine([tuple(dict.fromkeys(r[0] for r in readings(char))) for char in form], limit)


def sounds_alike(one: str, other: str) -> bool:
    """Whether two characters share a reading (also z/zh, c/ch, s/sh, n/ng, l/n as many type them)."""
    if one == other:
        return True
    return not {_blur(r) for r in readings(one)}.isdisjoint(_blur(r) for r in readings(other))


def _blur(reading: str) -> str:
    return re.sub(r"(?<=[aei])ng$", "n", re.sub(r"^([zcs])h", r"\1", reading))


def _combine(choices: list[tuple[str, ...]], limit: int) -> list[str]:
    ways = [""]
    for options in choices:
        ways = [way + option for way in ways for option in options][:limit]
    return ways


def pinyin_like(word: str) -> bool:
    """Whether a Latin word could be pinyin or its initials, so that the table is worth reading."""
    return bool(re.fullmatch(rf"(?:{SYLLABLE.pattern}){{1,12}}|[bpmfdtnlgkhjqxrzcsywaeo]{{3,8}}", word))
