"""The terms a contract template leaves open: as given, else the lawyers' standard, else blank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

from .faults import DocumentRefused
from .fields import Filled, date_line
from .rows import Missing, Rows

BLANK = "＿＿＿＿＿＿"
_UNITS = {"percent": "%", "months": " 个月"}


def put_terms(paper: Filled, given: Mapping[str, int | str], label_of: Callable[[str], str]) -> None:
    """The template's terms: as given, else the lawyers' standard, else blank. Percentages must make a hundred.

    Raises DocumentRefused when they do not, Incomplete never: a blank term is filled in later.
    """
    template = paper.rows.template
    for name, term in template.terms.items():
        value = given.get(name, term.standard)
        if value is None:
            paper.values[name] = BLANK
            how = (f"{term.zh}（说“{term.zh} …”）", f"the {term.en} (say “{term.en} …”)")
            paper.blanks.append(Missing(field=name, zh=how[0], en=how[1], needed=True))
            continue
        shown = _date_text(str(value), paper.rows) if term.kind == "date" else str(value)
        if name in given:
            paper.put(name, shown, label_of(name), "", str(value))
        else:
            paper.put(name, shown, "template", template.id, f"{term.zh} {shown}{_UNITS.get(term.kind, '')}")
    shares = [paper.values[name] for name in template.sums_to_hundred]
    if shares and all(one.isdigit() for one in shares) and sum(map(int, shares)) != 100:
        told = "、".join(
            f"{template.terms[name].zh} {paper.values[name]}%" for name in template.sums_to_hundred
        )
        told_en = ", ".join(
            f"{template.terms[name].en} {paper.values[name]}%" for name in template.sums_to_hundred
        )
        raise DocumentRefused(
            f"付款比例合计 {sum(map(int, shares))}%，应为 100%（{told}）；请把各期一起说清楚。",
            f"the payments come to {sum(map(int, shares))}%, not 100% ({told_en}); name every part",
        )


def _date_text(iso: str, rows: Rows) -> str:
    try:
        return date_line(datetime.combine(date.fromisoformat(iso), time(12), rows.zone), rows)
    except ValueError as error:
        raise DocumentRefused(
            f"日期“{iso}”看不懂，请写成 2026-12-31。", f"“{iso}” is no date; write 2026-12-31"
        ) from error
