"""Which columns a model may learn from, and for each one left out the reason: empty, constant, a name for the row, dated
after the moment of the score, or the answer itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from .cells import currency_of, day_of, is_nothing, kind_of, number_of
from .columns import Column, fitted
from .leaking import Dropped, afterwards, future, is_clock, leaks
from .table import Table

COVERED = 0.05
"""Share of the filled cells that levels of their own must cover, or the column explodes."""
_ID = re.compile(
    r"(?:^|[\s_.-])(?:id|uuid|guid|no|nr|number|row|key|index)(?:$|[\s_.-])|编号|序号|单号|[a-z]Id$|[a-z]ID$",
    re.IGNORECASE,
)


def choose(
    table: Table,
    *,
    drop: Sequence[str] = (),
    monotone: Mapping[str, int] | None = None,
    today: int | None = None,
    forward: bool = True,
) -> tuple[tuple[Column, ...], tuple[Dropped, ...]]:
    """The columns to learn from and those left out. `today` is the day (ordinal) after which a date is in the future,
    for tables without moments; `monotone` says which way a column must work (+1, -1). `forward`: rows to come are asked
    for, so that a column which follows the calendar is of no use."""
    kept: dict[str, tuple[Column, ...]] = {}
    dropped: list[Dropped] = []
    for name, cells in table.columns.items():
        if name in drop:
            dropped.append(Dropped(column=name, reason="asked", zh="按要求不用", en="left out as asked"))
            continue
        found = _unfit(name, cells, table, today)
        columns = (
            () if found else fitted(name, kind_of(cells) or "category", cells, (monotone or {}).get(name, 0))
        )
        found = found or _shapeless(name, cells, columns)
        if found:
            dropped.append(found)
        else:
            kept[name] = columns
    for name in [name for name, made in kept.items() if forward and is_clock(table, made[0])]:
        del kept[name]
        zh, en = (
            "只是跟着日历走:过去的水平不会再来",
            "it follows the calendar: its past levels will not come again",
        )
        dropped.append(Dropped(column=name, reason="clock", zh=zh, en=en))
    knowing = leaks(table, kept)
    dropped += knowing.values()
    return tuple(c for name, made in kept.items() if name not in knowing for c in made), tuple(dropped)


def _unfit(name: str, cells: Sequence[str], table: Table, today: int | None) -> Dropped | None:
    filled = [cell.strip() for cell in cells if not is_nothing(cell)]
    if not filled:
        return Dropped(column=name, reason="empty", zh="全部缺失", en="every cell is missing")
    distinct = len(set(filled))
    if distinct == 1 and len(filled) == len(cells):
        return Dropped(
            column=name,
            reason="constant",
            zh=f"只有一个值“{filled[0][:40]}”",
            en=f"a single value “{filled[0][:40]}”",
        )
    if distinct == len(filled) >= 50 and _names_rows(name, filled):
        return Dropped(
            column=name,
            reason="identifier",
            zh=f"每行都不同({distinct} 个值),是行的编号",
            en=f"different in every row ({distinct} values): a name for the row",
        )
    return _currencies(name, filled) or future(name, cells, table, today) or afterwards(name, cells, table)


def _currencies(name: str, filled: Sequence[str]) -> Dropped | None:
    """Sums in several currencies are no numbers of one kind: 80 dollars are not 80 yuan."""
    counted = Counter(found for cell in filled if (found := currency_of(cell)))
    if len(counted) < 2:
        return None
    shown = ", ".join(f"{code} {n}" for code, n in counted.most_common(4))
    return Dropped(
        column=name,
        reason="currencies",
        zh=f"金额用了多种货币({shown}):请先换算成一种",
        en=f"sums in several currencies ({shown}): convert them to one first",
    )


def _names_rows(name: str, filled: Sequence[str]) -> bool:
    """Whether values that are all different are names: whole numbers called so or without gaps, or codes without words."""
    numbers = [number_of(cell) for cell in filled]
    whole = [int(v) for v in numbers if v is not None and v == int(v)]
    if len(whole) == len(filled):
        return bool(_ID.search(name)) or max(whole) - min(whole) < 1.5 * len(whole)
    return not any(v is not None for v in numbers) and all(day_of(cell) is None for cell in filled[:50])


def _shapeless(name: str, cells: Sequence[str], columns: Sequence[Column]) -> Dropped | None:
    filled = [cell.strip() for cell in cells if not is_nothing(cell)]
    levels = set(columns[0].levels) if columns else set()
    if kind_of(cells) == "category" and len(filled) >= 200:
        covered = sum(cell in levels for cell in filled)
        if covered < COVERED * len(filled):
            distinct = len(set(filled))
            return Dropped(
                column=name,
                reason="exploding",
                zh=f"{distinct} 种取值,几乎没有重复",
                en=f"{distinct} different values, hardly any twice",
            )
    if not columns:
        return Dropped(column=name, reason="constant", zh="可用的值只有一种", en="a single usable value")
    return None
