"""Columns that know too much: the answer itself, what was filled in after the answer, what is dated later, a calendar."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .cells import day_of, is_nothing
from .columns import Column
from .figures import auc
from .table import Table, moment_of

LEAK, LEAK_BY_FAR, OTHERS_LEFT = 0.975, 0.93, 0.3
"""A column whose single-handed AUC reaches LEAK is refused; from LEAK_BY_FAR on when what it leaves wrong is less than
OTHERS_LEFT of what the next best column leaves wrong."""
ENOUGH, SOME = 15, 3
"""Rows of the rarer class needed to judge a leak by AUC, and to see that a column is the label value for value."""
LATE, MOST_LATE = 5, 0.01
"""Cells dated after their row's moment: more than both of these and the column was filled in later."""
MOSTLY, CHANCE = 0.95, 1e-6
"""A column filled in at most MOSTLY of the rows, and there for one answer alone, is refused when that has a smaller
chance than CHANCE of being chance."""
CLOCK, FEWEST_TICKS = 0.8, 50
"""With moments given, a number that keeps step with them (rank correlation) over so many rows is a clock, not a cause."""
NEWEST, TELLS = 0.25, 0.9
"""So is a number that alone tells the newest part of the rows from the older ones (AUC): its levels do not come back."""

Reason = Literal[
    "asked", "empty", "constant", "identifier", "exploding", "future", "leak", "clock", "currencies"
]


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A column that was not used, with a sentence in both languages."""

    column: str
    reason: Reason
    zh: str
    en: str


def future(name: str, cells: Sequence[str], table: Table, today: int | None) -> Dropped | None:
    days = [None if is_nothing(cell) else day_of(cell) for cell in cells]
    filled = sum(day is not None for day in days)
    if filled < 0.95 * sum(not is_nothing(cell) for cell in cells):
        return None
    if table.times:
        moments = [day_of(cell) for cell in table.times]
        late = sum(a is not None and b is not None and a > b for a, b in zip(days, moments, strict=True))
        if late > max(LATE, MOST_LATE * filled):
            return Dropped(
                column=name,
                reason="future",
                zh=f"{late} 行的日期晚于该行的时间:事后才填的",
                en=f"{late} rows are dated after their own moment: filled in later",
            )
    elif today is not None:
        late = sum(day is not None and day > today for day in days)
        if late > filled / 2:
            return Dropped(
                column=name,
                reason="future",
                zh=f"{filled} 个日期里有 {late} 个在未来",
                en=f"{late} of {filled} dates lie in the future",
            )
    return None


def afterwards(name: str, cells: Sequence[str], table: Table) -> Dropped | None:
    """A column that is filled for one answer alone was filled because of the answer."""
    labels = [y for y, cell in zip(table.labels, cells, strict=True) if not is_nothing(cell)]
    if len(set(labels)) != 1 or len(labels) > MOSTLY * table.n:
        return None
    share = table.positives / table.n if labels[0] else 1 - table.positives / table.n
    if share >= 1 or len(labels) * math.log(share or 1e-9) > math.log(CHANCE):
        return None
    return Dropped(
        column=name,
        reason="leak",
        zh=f"只在答案为{'是' if labels[0] else '否'}时才有值({len(labels)} 行,无一例外):事后才填的,拒绝使用",
        en=f"filled only where the answer is {'yes' if labels[0] else 'no'} ({len(labels)} rows, no exception): "
        "refused as a leak",
    )


def leaks(table: Table, kept: Mapping[str, Sequence[Column]]) -> dict[str, Dropped]:
    """Columns that know the answer by themselves, found on rows they were not read from."""
    alone = {name: _alone(table, columns[0]) for name, columns in kept.items()}
    found: dict[str, Dropped] = {}
    for name, value in alone.items():
        rest = max([0.5, *(other for one, other in alone.items() if one != name and one not in found)])
        by_far = value >= LEAK_BY_FAR and 1 - value < OTHERS_LEFT * (1 - rest)
        if value >= LEAK or by_far:
            found[name] = Dropped(
                column=name,
                reason="leak",
                zh=f"单凭这一列就几乎知道答案(AUC {value:.3f},次佳列 {rest:.3f}):疑似事后才有,拒绝使用",
                en=f"this column alone nearly knows the answer (AUC {value:.3f}, next best {rest:.3f}): refused as a leak",
            )
    return found


def is_clock(table: Table, column: Column) -> bool:
    """Whether a number only tells when a row was: it goes up or down with the moments (Spearman's rank correlation at least
    CLOCK), or it tells the newest rows from the rest (AUC at least TELLS on rows it was not read from)."""
    if not table.times or column.kind == "category" or table.n < FEWEST_TICKS:
        return False
    codes = [column.code(cell) for cell in table.columns[column.name]]
    moments = [moment_of(cell) for cell in table.times]
    edge = sorted(moments)[int((1 - NEWEST) * table.n)]
    newest = Table(columns=table.columns, labels=[int(moment >= edge) for moment in moments])
    if 0 < newest.positives < table.n and _alone(newest, column) >= TELLS:
        return True
    pairs = [(moment, code) for moment, code in zip(moments, codes, strict=True) if code]
    if len(pairs) < FEWEST_TICKS:
        return False
    by_time, by_value = _ranks([a for a, _ in pairs]), _ranks([float(b) for _, b in pairs])
    return abs(_correlation(by_time, by_value)) >= CLOCK


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 0, ties sharing their mean."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for i in order[at:end]:
            ranks[i] = (at + end - 1) / 2
        at = end
    return ranks


def _correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Pearson's correlation; 0 when one side does not vary."""
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    both = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
    return both / spread if spread else 0.0


def _alone(table: Table, column: Column) -> float:
    """AUC of the share of positives by code, each half judged by the other; 0.5 where there is too little to judge."""
    codes = [column.code(cell) for cell in table.columns[column.name]]
    if table.fewest < ENOUGH:
        pure = len(set(zip(codes, table.labels, strict=True))) == len(set(codes)) <= 4
        return 1.0 if table.fewest >= SOME and pure else 0.5
    share = table.positives / table.n
    scores = [0.0] * table.n
    for half in (0, 1):
        seen: Counter[int] = Counter()
        true: Counter[int] = Counter()
        for i, code in enumerate(codes):
            if _half(i) != half:
                seen[code] += 1
                true[code] += table.labels[i]
        for i, code in enumerate(codes):
            if _half(i) == half:
                scores[i] = (true[code] + 2 * share) / (seen[code] + 2)
    return max(auc(table.labels, scores) or 0.5, 0.5)


def _half(row: int) -> int:
    """One half or the other, in no pattern that a sorted table could have (a Weyl sequence)."""
    return int(row * 0.6180339887498949 % 1 < 0.5)
