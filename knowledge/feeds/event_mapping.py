"""The mapping file of events: which column becomes which field, what stands for whom, what its people agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.insight.journey.events import Source
from knowledge.journey.incoming import FIELDS, PURPOSES
from knowledge.journey.planning import Plan

from .errors import FeedError, closest
from .mapping import ColumnRule, read_yaml
from .values import CellError, as_bool, as_money, as_text, is_blank, read_cell

COLUMNS = FIELDS - {"props", "consent", "utm"}
_FLAGS = frozenset({"engaged", "bot"})


class EventMapping(BaseModel):
    """How the rows of a foreign file become events. `source` is where they happened when no column says so; `consent` what
    their people agreed to, which the file's owner must know; `props` the properties of the tracking plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    events: Literal[True]
    file: str | None = None
    sheet: str | None = None
    encoding: str = "auto"
    delimiter: str = "auto"
    timezone: str = "Asia/Shanghai"
    source: Source = "web"
    columns: dict[str, ColumnRule]
    props: dict[str, ColumnRule] = Field(default_factory=dict)
    consent: dict[str, bool] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> EventMapping:
        for name in self.columns:
            if name not in COLUMNS:
                near = closest(name, sorted(COLUMNS), 1)
                hint = f"是不是 {near[0]} (did you mean {near[0]})？" if near else ""
                raise ValueError(f"事件没有字段 {name}。{hint}可用 (allowed): {', '.join(sorted(COLUMNS))}")
        for needed in ("at", "name"):
            if needed not in self.columns:
                raise ValueError(f"columns 缺少 {needed} (columns lacks {needed})")
        if set(self.consent) - set(PURPOSES):
            raise ValueError(f"consent 只能有 {', '.join(PURPOSES)} (consent holds these)")
        return self


@dataclass(frozen=True)
class Row:
    """One row of a file: its number, the event it means or why it means none, and what stood there."""

    number: int
    payload: Mapping[str, Any] | None
    problem: str = ""
    raw: Mapping[str, Any] | None = None


def is_event_mapping(data: Any) -> bool:
    """Whether what a YAML file says is a mapping of events."""
    return isinstance(data, dict) and "events" in data and "columns" in data


def parse_event_mapping(data: Any, path: Path) -> EventMapping:
    """Raises FeedError with what is wrong."""
    try:
        return EventMapping.model_validate(data)
    except ValidationError as error:
        told = "；".join(
            f"{'.'.join(map(str, one['loc'])) or '（文件）'}：{str(one['msg']).removeprefix('Value error, ')}"
            for one in error.errors()
        )
        raise FeedError(f"{path}：{told}") from None


def read_event_mapping(path: Path) -> EventMapping:
    return parse_event_mapping(read_yaml(path), path)


def mapped(row: Row, mapping: EventMapping, plan: Plan) -> Row:
    if row.payload is None:
        return row
    try:
        made = {name: _cell(name, rule, row.payload, mapping) for name, rule in mapping.columns.items()}
        if "value" in made:
            value = made.pop("value")
            made["value_fen"] = None if value is None else as_money(value)
        named = plan.content.events.get(str(made.get("name")))
        types = {name: prop.type for name, prop in named.props.items()} if named else {}
        props = {
            name: _prop(rule, row.payload, mapping, types.get(name, "text"))
            for name, rule in mapping.props.items()
        }
    except CellError as error:
        return Row(row.number, None, str(error), row.raw)
    found = {name: value for name, value in made.items() if value is not None}
    found["props"] = {name: value for name, value in props.items() if value is not None and name in types}
    return Row(row.number, found | ({"consent": mapping.consent} if mapping.consent else {}), raw=row.raw)


def _cell(name: str, rule: ColumnRule, cells: Mapping[str, Any], mapping: EventMapping) -> Any:
    cell = rule.value if rule.column is None else _at(cells, rule.column)
    cell = rule.default if is_blank(cell) else cell
    if is_blank(cell):
        return None
    if name in ("at", "sent_at") and rule.type in ("auto", "date"):
        return read_cell(cell, "date", rule, mapping.timezone)
    if name in _FLAGS and rule.type == "auto":
        return as_bool(cell)
    if name in ("value", "visible_s", "value_fen") and rule.type == "auto":
        return cell
    found = read_cell(cell, "text" if rule.type == "auto" else rule.type, rule, mapping.timezone)
    return rule.prefix + found if rule.prefix and isinstance(found, str) else found


def _prop(rule: ColumnRule, cells: Mapping[str, Any], mapping: EventMapping, wanted: str) -> Any:
    cell = rule.value if rule.column is None else _at(cells, rule.column)
    if is_blank(cell):
        return None
    if rule.type != "auto":
        return read_cell(cell, rule.type, rule, mapping.timezone)
    if wanted == "bool":
        return as_bool(cell)
    if wanted in ("int", "number"):
        try:
            number = float(as_text(cell))
        except ValueError:
            return as_text(cell)
        return int(number) if number.is_integer() else number
    return as_text(cell)


def _at(cells: Mapping[str, Any], column: str) -> Any:
    """A column, or inside JSON a path with dots."""
    if column in cells:
        return cells[column]
    found: Any = cells
    for part in column.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
