"""A mapping and a raw row become the values of one table row, or a reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from . import tables
from .currencies import CODES, code_of, meant_by_sign
from .errors import FeedError, closest, one_line
from .mapping import ColumnRule, Mapping
from .references import References, running_deal
from .tabular import RawRow
from .values import CellError, as_text, is_blank, read_cell, zone_of


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """One row that was not taken: its number in the file, the column at fault and the reason."""

    row: int
    column: str
    reason: str
    raw: MappingType[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """The values of one row for its table, by field; what the mapping does not name is absent."""

    row: int
    values: dict[str, Any]
    raw: MappingType[str, Any] = field(default_factory=dict)


class RowReader:
    """Reads the rows of one feed. `now` is the moment that closings are judged by."""

    def __init__(self, mapping: Mapping, now: datetime) -> None:
        self.mapping = mapping
        self.now = now
        kinds = tables.kinds(mapping.table)
        self._rules = [(name, rule, _kind(rule, kinds[name])) for name, rule in mapping.columns.items()]
        self._needed = tables.mandatory(mapping.table) | set(mapping.required)
        self._kinds = kinds
        self._empty = {
            name: value
            for name, value in tables.defaults(mapping.table, now).items()
            if not isinstance(value, datetime)
        }

    def read(self, raw: RawRow, references: References) -> Parsed | Rejection:
        """The row's values; a Rejection names the first column at fault."""
        if raw.problem:
            return Rejection(row=raw.number, column="", reason=raw.problem, raw=raw.cells)
        values: dict[str, Any] = {}
        for name, rule, kind in self._rules:
            try:
                wanted = all(values.get(other) in allowed for other, allowed in rule.only.items())
                value = (
                    self._value(name, rule, kind, raw, references)
                    if wanted
                    else self._blank(name, rule, kind)
                )
                problem = "" if value is _ABSENT else self._fault(name, value)
            except CellError as error:
                problem = str(error)
            if problem:
                return Rejection(row=raw.number, column=rule.column or name, reason=problem, raw=raw.cells)
            if value is not _ABSENT:
                values[name] = value
        if "id" in self._kinds and "id" not in values:
            values["id"] = stable_id(self.mapping, values)
        if self.mapping.table == "interaction" and "provenance" not in values:
            values["provenance"] = self.mapping.provenance or "imported_file"
        if self.mapping.table == "interaction" and not values.get("source"):
            values["source"] = self.mapping.name
        if self.mapping.running_deal and values.get("account_id") and not values.get("deal_id"):
            values["deal_id"] = running_deal(references.session, values["account_id"], values["at"])
        _same_day(values, self.mapping.timezone)
        fault = self._mixed(values, raw) or check_row(self.mapping.table, values, self.now)
        if fault is not None:
            column = self.mapping.wanted.get(fault[0], fault[0])
            return Rejection(row=raw.number, column=column, reason=fault[1], raw=raw.cells)
        return Parsed(row=raw.number, values=values, raw=raw.cells)

    def _mixed(self, values: dict[str, Any], raw: RawRow) -> tuple[str, str] | None:
        """A sign before an amount that is not the row's currency: one of the two is wrong, and nobody knows which."""
        currency = values.get("currency")
        for name, rule, kind in self._rules if currency else ():
            meant = (
                meant_by_sign(raw.cells.get(rule.column)) if kind == "money" and rule.column else frozenset()
            )
            if meant and currency not in meant:
                shown = one_line(raw.cells[rule.column or ""])
                return name, f"金额写成“{shown}”，币种却是 {currency} (the sign and the currency contradict)"
        return None

    def _fault(self, name: str, value: Any) -> str:
        if value is None and name in self._needed:
            return "必填，但查到的行里它是空的 (required, but the row found has none)"
        return check_value(self.mapping.table, name, value)

    def _value(self, name: str, rule: ColumnRule, kind: str, raw: RawRow, references: References) -> Any:
        if rule.lax and rule.column not in raw.cells and rule.default is None:
            return _ABSENT if name not in self._needed else self._blank(name, rule, kind)
        cell = rule.value if rule.column is None else raw.cells.get(rule.column)
        if is_blank(cell):
            return self._blank(name, rule, kind)
        if rule.lookup is not None:
            try:
                return references.find(
                    rule.lookup, rule.prefix + as_text(cell), loose=rule.loose, take=rule.take
                )
            except CellError:
                if not rule.spare:
                    raise
                return self._blank(name, rule, kind)
        value = read_cell(cell, kind, rule, self.mapping.timezone)
        if name == "currency" and isinstance(value, str):
            value = code_of(value)
        return rule.prefix + value if rule.prefix and isinstance(value, str) else value

    def _blank(self, name: str, rule: ColumnRule, kind: str) -> Any:
        if rule.default is not None:
            if rule.lookup is not None or kind == "map":
                return rule.default
            return read_cell(rule.default, kind, rule, self.mapping.timezone)
        if name in self._needed:
            raise CellError("必填，但这一格是空的 (required, but the cell is empty)")
        return self._empty.get(name, _ABSENT)


_ABSENT = object()
"""No value at all: a new row gets the default (such as the moment of the import), an old one keeps what it has."""


def check_header(mapping: Mapping, header: tuple[str, ...], path: object) -> None:
    """Refuse a file that lacks columns the mapping reads: which are missing, which there are, which look alike."""
    needed = [rule.column for rule in mapping.columns.values() if rule.column is not None and not rule.lax]
    absent = [column for column in dict.fromkeys(needed) if column not in header]
    if not absent:
        return
    told = []
    for column in absent:
        near = closest(column, header)
        told.append(f"{column}" + (f"（最像的：{'、'.join(near)}）" if near else ""))
    raise FeedError(
        f"{path}：映射 {mapping.name} 要读的列文件里没有 (columns missing)：{'；'.join(told)}。"
        f"文件的列是 (the file has)：{'、'.join(name for name in header if name)}。"
    )


LEEWAY = timedelta(days=1)
"""How far ahead of ours a foreign clock may be before what it dates is held back."""

PLANNED = ("meeting", "order", "web")
"""Kinds of interaction that may rightly lie in the future: a meeting that is booked, a delivery that is due."""


def stable_id(mapping: Mapping, values: dict[str, Any]) -> str:
    """An id made from the feed's name and the row's key, the same at every import."""
    parts = "\x1f".join([mapping.name, *(str(values[name]) for name in mapping.key)])
    return f"{mapping.table}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def check_value(table: str, name: str, value: Any) -> str:
    """Why a field may not hold this value; empty when it may."""
    if name == "currency" and value and value not in CODES:
        return f"“{one_line(value)}”不是币种代码，例如 CNY、USD (not an ISO 4217 currency code)"
    allowed = tables.ALLOWED.get((table, name))
    if allowed is None:
        return ""
    wrong = [item for item in (value if isinstance(value, list) else [value]) if item not in allowed]
    if not wrong or value == "":
        return ""
    return f"{name} 不能是“{one_line(wrong[0])}”；可用 (allowed): {', '.join(allowed)}"


def _same_day(values: dict[str, Any], zone: str) -> None:
    """A closing that is only a day stands at its first minute; on the day of creation it is no earlier than that."""
    closed, created = values.get("closed_at"), values.get("created_at")
    if closed is None or created is None or not timedelta(0) < created - closed < timedelta(days=1):
        return
    local = closed.astimezone(zone_of(zone))
    if (
        local.timetz().replace(tzinfo=None) == time()
        and created.astimezone(zone_of(zone)).date() == local.date()
    ):
        values["closed_at"] = created


def check_row(table: str, values: dict[str, Any], now: datetime) -> tuple[str, str] | None:
    """A field and why the row as a whole cannot be true; None when it can."""
    closed, created = values.get("closed_at"), values.get("created_at")
    began = {"deal": "created_at", "stage_change": "at"}.get(table, "")
    if table == "interaction" and values.get("kind") not in PLANNED:
        began = "at"
    if values.get(began) is not None and values[began] > now + LEEWAY:
        return (
            began,
            f"时间 {values[began]:%Y-%m-%d %H:%M} 在将来，时钟不对？ (it lies in the future: a clock jumped?)",
        )
    if table == "deal" and closed is not None:
        if closed > now:
            return "closed_at", f"关闭日期 {closed:%Y-%m-%d} 在将来 (the closing lies in the future)"
        if created is not None and closed < created:
            return "closed_at", f"关闭日期 {closed:%Y-%m-%d} 早于创建日期 (closed before it was created)"
    return None


def _kind(rule: ColumnRule, natural: str) -> str:
    return natural if rule.type == "auto" else rule.type
