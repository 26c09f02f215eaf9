"""Commands about the autonomy ladder and pilots: where each verb stands, what the next step lacks, what a pilot changed."""

from __future__ import annotations

from typing import Any

from actions.autonomy.pilot_report import NAMES, PilotReport, pilot_report
from actions.autonomy.standings import Standing, all_standings
from actions.levels import CEILING, level_name
from actions.ruling.pilot_change import scopes_of_pilot

from . import EXIT_NOT_FOUND
from .opening import asker, opened
from .screen import out, out_json, table
from .trouble import Trouble


def standings(who: str, *, as_json: bool) -> None:
    """Every verb, every scope with a level of its own."""
    house = opened()
    person = asker(house, who)
    with house.store.reading() as session:
        rows = all_standings(session, house.clock())
    if as_json:
        out_json([_as_json(row) for row in rows])
        return
    for row in rows:
        out(_text(row, person.language))


def _text(row: Standing, language: str) -> str:
    en, m = language == "en", row.measures
    figures = [f"n={m.n}"]
    named = (
        ("原样", "as-is", m.as_is),
        ("驳回", "rejected", m.rejected),
        ("出错", "wrong", m.wrong),
        ("撤回", "undone", m.undone),
    )
    figures += [
        f"{label_en if en else zh} {'–' if value is None else f'{value:.1%}'}"
        for zh, label_en, value in named
    ]
    figures.append(f"{'serious' if en else '严重事故'} {m.serious}")
    figures += [f"{'would have been' if en else '影子判定'} {verdict} {count}" for verdict, count in m.shadow]
    lacks = "; ".join(one[1 if en else 0] for one in row.missing)
    head = f"{row.verb} · {row.scope or ('everywhere' if en else '全部')} · {level_name(row.level, language)}"
    top = f"(≤ L{row.ceiling}, {'since' if en else '自'} {row.since:%Y-%m-%d})"
    step = ("may rise" if en else "可以升级") if row.may_rise else f"{'lacks' if en else '还差'}: {lacks}"
    return f"{head} {top}\n    {' · '.join(figures)}\n    {step}"


def _as_json(row: Standing) -> dict[str, Any]:
    m = row.measures
    return {
        "verb": row.verb, "scope": row.scope, "level": row.level, "ceiling": row.ceiling, "since": row.since.isoformat(),
        "n": m.n, "as_is": m.as_is, "rejected": m.rejected, "wrong": m.wrong, "undone": m.undone, "serious": m.serious,
        "complaints": m.complaints, "undone_of_last_50": m.undone_50, "rewrites_of_last_10": m.rewrites_10, "days": m.days,
        "shadow": dict(m.shadow), "missing": [list(one) for one in row.missing], "may_rise": row.may_rise,
    }  # fmt: skip


def pilots(who: str, *, as_json: bool) -> None:
    """Which verbs are piloted where."""
    house = opened()
    asker(house, who)
    with house.store.reading() as session:
        rows = {verb: scopes_of_pilot(session, verb) for verb in CEILING}
    rows = {verb: scopes for verb, scopes in rows.items() if scopes}
    if as_json:
        out_json({verb: list(scopes) for verb, scopes in rows.items()})
    elif rows:
        table(["verb", "pilot"], [[verb, ", ".join(scopes)] for verb, scopes in rows.items()])
    else:
        out("没有试点,各动作不限范围 / no pilots: every verb may act everywhere")


def report(verb: str, who: str, *, as_json: bool) -> None:
    """Outcomes inside and outside a pilot, before and since."""
    house = opened()
    person = asker(house, who)
    with house.store.reading() as session:
        found = pilot_report(session, verb, house.clock())
    if found is None:
        raise Trouble(f"{verb} 没有试点 / {verb} has no pilot", EXIT_NOT_FOUND)
    if as_json:
        out_json(_report_json(found))
        return
    out(_pilot_text(found, person.language))


def _pilot_text(found: PilotReport, language: str) -> str:
    en = 1 if language == "en" else 0
    places = {"inside": ("试点内", "inside"), "outside": ("试点外", "outside")}
    times = {"before": ("之前同样长", "as long before"), "since": ("开始以来", "since it began")}
    lines = [f"{found.verb}: {', '.join(found.scopes)} · {found.since:%Y-%m-%d} · {found.days} d"]
    for place, time, cell in found.cells:
        counts = [
            f"{names[en]} {cell.outcomes[name]} ({cell.outcomes[name] / cell.n:.0%})"
            for name, names in NAMES.items()
            if name in cell.outcomes
        ]
        lines.append(f"  {places[place][en]} · {times[time][en]}: n={cell.n}  {'  '.join(counts)}".rstrip())
    if not any(cell.n for _, _, cell in found.cells):
        lines.append("数据不足 / not enough data (n=0)")
    return "\n".join(lines)


def _report_json(found: PilotReport) -> dict[str, Any]:
    cells = {f"{place}_{time}": {"n": cell.n, **cell.outcomes} for place, time, cell in found.cells}
    return {
        "verb": found.verb,
        "scopes": list(found.scopes),
        "since": found.since.isoformat(),
        "days": found.days,
        **cells,
    }
