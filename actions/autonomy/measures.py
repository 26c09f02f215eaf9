"""What became of what was proposed, and what follows for the ladder. Pure: traces in, figures and sentences out.

A trace is one proposal with all that followed it: edits made of it a new action, and the last of those is how it ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from actions.levels import (
    APPROVE,
    DIGEST,
    DRAFT,
    OF_LAST,
    REWRITES,
    UNDO,
    UNDONE_OF,
    UNDONE_SHARE,
    UP,
    Demand,
    ceiling,
)

AS_IS, REWRITTEN = 0.10, 0.50
"""definitions.md D11: up to a tenth changed is as it was, above half it was written anew."""

Both = tuple[str, str]
"""A sentence in Chinese and in English."""


class Fate(StrEnum):
    """What became of a proposal. OPEN has not ended; LAPSED nobody answered in time, which says nothing about it."""

    AS_IS = "as_is"
    EDITED = "edited"
    REWRITTEN = "rewritten"
    REJECTED = "rejected"
    UNUSED = "unused"
    LAPSED = "lapsed"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One proposal. `edit_ratio` is how much people changed of it (0-1); `undone` that it was taken back once it was on its
    way; `incidents` what was reported about it (serious, wrong, complaint); `shadow` the verdict of a dry run;
    `rewritten` that somebody wrote it anew, however that ends."""

    code: str
    at: datetime
    fate: Fate
    undone: bool = False
    done: bool = False
    incidents: tuple[str, ...] = ()
    shadow: str = ""
    rewritten: bool = False


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Figures of one verb in one scope since `since`. Shares are 0-1 and None where n is 0.

    `n` are proposals that ended and say something; `done` those of them that were performed or taken back. `undone_50`
    counts among the last 50 of these, `rewrites_10` among the last 10 of all; `shadow` counts what dry runs would have done.
    """

    n: int = 0
    done: int = 0
    as_is: float | None = None
    rejected: float | None = None
    wrong: float | None = None
    undone: float | None = None
    undone_50: int = 0
    rewrites_10: int = 0
    serious: int = 0
    complaints: int = 0
    any_incident: int = 0
    days: int = 0
    shadow: tuple[tuple[str, int], ...] = ()
    since: datetime | None = field(default=None, compare=False)


def fate_of_edit(ratio: float) -> Fate:
    """D11's three classes of a change: as it was, edited, written anew."""
    return Fate.AS_IS if ratio <= AS_IS else Fate.EDITED if ratio <= REWRITTEN else Fate.REWRITTEN


def measure(traces: Sequence[Trace], since: datetime, now: datetime) -> Measures:
    """The figures of these traces, in whatever order they come."""
    ordered = sorted(traces, key=lambda trace: (trace.at, trace.code))
    counted = [t for t in ordered if t.fate not in (Fate.OPEN, Fate.LAPSED)]
    done = [t for t in counted if t.done or t.undone]
    touched = [t for t in ordered if t.rewritten or t.fate not in (Fate.OPEN, Fate.LAPSED)]
    incidents = [kind for t in ordered for kind in t.incidents]
    return Measures(
        n=len(counted),
        done=len(done),
        as_is=_share(sum(t.fate is Fate.AS_IS for t in counted), len(counted)),
        rejected=_share(sum(t.fate is Fate.REJECTED for t in counted), len(counted)),
        wrong=_share(sum(bool(t.incidents) for t in counted), len(counted)),
        undone=_share(sum(t.undone for t in done), len(done)),
        undone_50=sum(t.undone for t in done[-UNDONE_OF:]),
        rewrites_10=sum(t.rewritten for t in touched[-OF_LAST:]),
        serious=incidents.count("serious"),
        complaints=incidents.count("complaint"),
        any_incident=len(incidents),
        days=max(0, (now - since).days),
        shadow=tuple(sorted(Counter(t.shadow for t in ordered if t.shadow).items())),
        since=since,
    )


def missing(verb: str, level: int, m: Measures) -> tuple[Both, ...]:
    """What stands between this level and the next, one sentence each; empty when it may be promoted."""
    if level >= DIGEST:
        return (("已是最高级别", "it is at the top"),)
    if level >= ceiling(verb):
        return ((f"此动作最高只能到 L{level}", f"this verb never rises above L{level}"),)
    return tuple(_lacks(UP[level], m))


def _lacks(demand: Demand, m: Measures) -> list[Both]:
    n = m.n
    rows: list[Both] = []
    if n < demand.at_least:
        rows.append((f"样本 {n}/{demand.at_least}", f"n {n}/{demand.at_least}"))
    if m.days < demand.days:
        rows.append((f"观察 {m.days}/{demand.days} 天", f"{m.days}/{demand.days} days"))
    if demand.as_is is not None and (m.as_is or 0) < demand.as_is:
        rows.append(
            (f"原样采用 {_pct(m.as_is)} < {demand.as_is:.0%}", f"as-is {_pct(m.as_is)} < {demand.as_is:.0%}")
        )
    for zh, en, value, most in (
        ("出错", "wrong", m.wrong, demand.wrong),
        ("被驳回", "rejected", m.rejected, demand.rejected),
        ("被撤回", "undone", m.undone, demand.undone),
    ):
        if most is not None and (value or 0) > most:
            rows.append((f"{zh} {_pct(value)} > {most:.0%}", f"{en} {_pct(value)} > {most:.0%}"))
    for zh, en, count, at_most in (
        ("严重事故", "serious incidents", m.serious, demand.serious),
        ("投诉", "complaints", m.complaints, demand.complaints),
    ):
        if at_most is not None and count > at_most:
            rows.append((f"{zh} {count}", f"{en}: {count}"))
    return rows


def falls(level: int, m: Measures) -> Both | None:
    """Why this level no longer holds, or None. One reason is one level down."""
    if m.serious:
        return f"严重事故 {m.serious} 起", f"serious incidents: {m.serious}"
    if level >= UNDO and m.undone_50 > UNDONE_SHARE * UNDONE_OF:
        return (
            f"最近 {UNDONE_OF} 次里撤回 {m.undone_50} 次(超过 {UNDONE_SHARE:.0%})",
            f"{m.undone_50} of the last {UNDONE_OF} undone (more than {UNDONE_SHARE:.0%})",
        )
    if level >= UNDO and m.complaints:
        return f"投诉 {m.complaints} 起", f"complaints: {m.complaints}"
    if level >= DIGEST and m.any_incident:
        return f"出错 {m.any_incident} 起", f"errors: {m.any_incident}"
    if level in (DRAFT, APPROVE) and m.rewrites_10 >= REWRITES:
        return (
            f"最近 {OF_LAST} 次里有 {m.rewrites_10} 次被重写",
            f"{m.rewrites_10} of the last {OF_LAST} were written anew",
        )
    return None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _pct(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
