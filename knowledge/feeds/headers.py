"""The columns a mapping asks for, found in a file's header: other names, a star before it, a unit behind it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from . import tables
from .mapping import ColumnRule, Mapping

UNITS = {"元": 1, "千元": 1000, "万元": 10_000, "万": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
_TAIL = re.compile(r"\s*[(（\[【]\s*([^()（）\[\]【】]*)\s*[)）\]】]\s*$")
_STAR = re.compile(r"^[*＊]\s*|\s*[*＊]$")


def fitted(mapping: Mapping, header: Sequence[str]) -> Mapping:
    """The mapping with every rule on the column that the file really has. `*客户名称`, `客户名称（必填）` and
    `预计金额(万元)` are found by their bare names; the unit behind an amount counts."""
    bare: dict[str, str] = {}
    for name in header:
        bare.setdefault(_bare(name)[0], name)
    kinds = tables.kinds(mapping.table)
    rules = {
        field: _placed(rule, kinds[field] if rule.type == "auto" else rule.type, header, bare)
        for field, rule in mapping.columns.items()
    }
    return mapping.model_copy(update={"columns": rules})


def _placed(rule: ColumnRule, kind: str, header: Sequence[str], bare: dict[str, str]) -> ColumnRule:
    if rule.column is None:
        return rule
    names = (rule.column, *rule.also)
    found = next((name for name in names if name in header), None)
    found = found or next((bare[name] for name in names if name in bare), None)
    if found is None:
        return rule
    unit = _bare(found)[1] if kind == "money" else 1
    return rule.model_copy(update={"column": found, "unit": unit if unit != 1 else rule.unit})


def _bare(name: str) -> tuple[str, int]:
    """The name without star and tail, and what one of its numbers stands for."""
    text = _STAR.sub("", unicodedata.normalize("NFC", name).strip())
    tail = _TAIL.search(text)
    if tail is None:
        return text, 1
    return text[: tail.start()], UNITS.get(tail[1].replace("人民币", "").strip(), 1)
