"""The indices of definitions.md D8 once more, written straight from the text and with no thought for speed."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from knowledge.blueprints.journey import Journey
from knowledge.insight.journey.events import Touch


def sessions(touches: list[Touch]) -> list[list[Touch]]:
    """30 minutes of inactivity end a session; only pages of ours."""
    mine = sorted(
        (t for t in touches if t.source in ("web", "app") and not t.bot), key=lambda t: (t.at, t.id)
    )
    made: list[list[Touch]] = []
    for n, one in enumerate(mine):
        if n == 0 or (one.at - mine[n - 1].at).total_seconds() > 1800:
            made.append([])
        made[-1].append(one)
    return made


def engaged(session: list[Touch]) -> bool:
    seconds = sum(min(t.visible_s, 1800) for t in session if t.visible_s)
    pages = {t.page for t in session if t.page}
    measured = [t for t in session if t.visible_s is not None]
    said = not measured and any(t.engaged for t in session)
    return seconds >= 10 or len(pages) >= 2 or any(t.conversion for t in session) or said


def path(touches: list[Touch], book: Journey) -> list[tuple[str, datetime, str]]:
    """Stage, when, touch id: at each touch, counted from the beginning, which stages it opens."""
    mine = sorted((t for t in touches if not t.bot), key=lambda t: (t.at, t.id))
    found: list[tuple[str, datetime, str]] = []
    ids = [s.id for s in book.stages]
    for n, one in enumerate(mine):
        here = found[-1][0] if found else ""
        best = ids.index(here) if here else -1
        for place, stage in enumerate(book.stages):
            if stage.after and here not in stage.after:
                continue
            for match in stage.enter:
                same = [t for t in mine[: n + 1] if _is(match.model_dump(), t)]
                if same and same[-1] is one and len(same) >= match.nth and place > best:
                    best = place
        if best >= 0 and ids[best] != here:
            found.append((ids[best], one.at, one.id))
    return found


def _is(match: dict[str, object], t: Touch) -> bool:
    text = f"{t.page} {t.title} {t.props.get('text', '')}".lower()
    tests = [
        not match["names"] or t.name in match["names"],  # type: ignore[operator]
        not match["sources"] or t.source in match["sources"],  # type: ignore[operator]
        not match["direction"] or t.direction == match["direction"],
        match["conversion"] is None or t.conversion == match["conversion"],
        match["payment"] is None or t.payment == match["payment"],
        not match["words"] or any(str(w).lower() in text for w in match["words"]),  # type: ignore[attr-defined]
        all(str(t.props.get(k, "")) in v for k, v in match["props"].items()),  # type: ignore[attr-defined]
    ]
    return all(tests)


def conversion(
    paths: dict[str, list[tuple[str, datetime, str]]],
    book: Journey,
    stage: str,
    begin: datetime,
    end: datetime,
) -> tuple[int, int]:
    """(entered a later stage within W days, entered in the cohort window)."""
    ids = [s.id for s in book.stages]
    within = timedelta(days=book.stages[ids.index(stage)].within_days)
    k = n = 0
    for steps in paths.values():
        came = [at for name, at, _ in steps if name == stage]
        if not came or not begin < came[0] <= end:
            continue
        n += 1
        k += any(ids.index(name) > ids.index(stage) and at - came[0] <= within for name, at, _ in steps)
    return k, n


def kaplan_meier(stretches: list[tuple[float, bool]], level: float) -> float | None:
    """The first day at which no more than `level` are left, by the product-limit formula at every day."""
    for day in sorted({d for d, _ in stretches}):
        left = 1.0
        for t in sorted({d for d, over in stretches if over and d <= day}):
            at_risk = sum(d >= t for d, _ in stretches)
            left *= 1 - sum(d == t and over for d, over in stretches) / at_risk
        if left <= level + 1e-12:
            return day
    return None


def touch_numbers(persons: dict[str, list[Touch]]) -> list[int]:
    found = []
    for touches in persons.values():
        mine = [t for t in touches if not t.bot]
        paid = sorted((t for t in mine if t.payment), key=lambda t: (t.at, t.id))
        if not paid:
            continue
        before = [t for t in mine if not t.payment and not t.props.get("milestone") and t.at <= paid[0].at]
        if before and paid[0].at - max(t.at for t in before) <= timedelta(hours=24):
            found.append(len(before))
    return sorted(found)


def wilson(k: int, n: int) -> tuple[float, float]:
    """Solved as the roots of (p − k/n)² = z²·p(1−p)/n."""
    z = 1.959963984540054
    a, b, c = 1 + z * z / n, -(2 * k / n + z * z / n), (k / n) ** 2
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
