"""What is wrong with the rows of a table, rather than with a column: the same deal twice, clocks that jump, prices below zero."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from knowledge.insight.scoring.cells import day_of, is_nothing, number_of
from knowledge.scoring_rows import Counts, rows_of

Row = Mapping[str, str]
NAMES_A_ROW = re.compile(r"(?:^|[\s_.-])(?:id|uuid|guid|no)$|编号$|单号$|[a-z]Id$|[a-z]ID$", re.IGNORECASE)
NEARLY = 0.9
"""Share of different values from which on a column called an id names rows."""
OLDEST = date(1980, 1, 1).toordinal()
"""A business row dated earlier comes from a clock that was not set."""
_PRICE = re.compile(r"price|amount|revenue|charge|cost|fee|value|价|金额|费", re.IGNORECASE)
MOSTLY = 0.05
"""A column of money with fewer cells below zero than this share holds none by design."""


def distinct(
    rows: list[Row], test: Path, label: str, but: Iterable[str] = ()
) -> tuple[list[Row], dict[str, int], list[str]]:
    """Rows without those that name the same thing as a later one, or stand in the test; how many were left out why; and
    what was odd, in words. `but` are columns that name no row."""
    left_out: dict[str, int] = {}
    said = [f"{name}: {n} cells below zero" for name, n in below_zero(rows)]
    key = key_of(rows, (label, *but))
    if not key:
        return rows, left_out, said
    begun = len(rows)
    rows, twice = once(rows, key)
    if twice:
        left_out["repeated"] = twice
        said.append(f"{twice} rows repeat the {key} of another one: the last of each counts")
    there = shared(rows, test, label, key)
    if len(there) > begun / 2:
        said.append(f"{len(there)} of {begun} training rows stand in the test as well (same {key}); kept")
    elif there:
        rows = [row for row in rows if row[key].strip() not in there]
        left_out["in_test"] = len(there)
        said.append(f"{len(there)} training rows stand in the test as well (same {key}): left out")
    return rows, left_out, said


def shared(rows: Sequence[Row], test: Path, label: str, key: str) -> set[str]:
    """Names of rows that stand in the test as well, with the same cells but for the label."""
    known = {row[key].strip(): row for row in rows}
    return {
        name
        for row in rows_of(test, Counts())
        if (mine := known.get(name := row.get(key, "").strip())) is not None
        and all(mine.get(column) == cell for column, cell in row.items() if column != label)
    }


def key_of(rows: Sequence[Row], but: Iterable[str] = ()) -> str:
    """The column that names the rows, "" without one: called an id, filled everywhere, hardly any value twice."""
    left_out = set(but)
    for name in rows[0] if rows else ():
        if name in left_out or not NAMES_A_ROW.search(name):
            continue
        values = [row[name].strip() for row in rows]
        if all(values) and len(rows) > 1 and len(set(values)) >= NEARLY * len(values):
            return name
    return ""


def once(rows: Sequence[Row], key: str) -> tuple[list[Row], int]:
    """Each name once, as its last row says, in the order of the file; and how many rows were left out."""
    last = {row[key].strip(): at for at, row in enumerate(rows)}
    kept = [row for at, row in enumerate(rows) if last[row[key].strip()] == at]
    return kept, len(rows) - len(kept)


def clock_jumped(cell: str, today: int | None) -> bool:
    """Whether a moment is that of a clock gone wrong: a date before 1980 or after tomorrow."""
    day = day_of(cell)
    return day is not None and (day < OLDEST or (today is not None and day > today + 1))


def below_zero(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Columns of money in which a few cells are below zero, with how many."""
    found = []
    for name in rows[0] if rows else ():
        if not _PRICE.search(name):
            continue
        numbers = [number_of(row[name]) for row in rows if not is_nothing(row[name])]
        known = [one for one in numbers if one is not None]
        under = sum(one < 0 for one in known)
        if 0 < under < max(1.0, MOSTLY * len(known)) + 1:
            found.append((name, under))
    return found
