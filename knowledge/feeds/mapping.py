"""The mapping file: which column of a foreign file becomes which field of ours, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from . import tables
from .errors import FeedError, closest, one_line

CellType = Literal["auto", "text", "int", "money", "date", "list", "map", "bool", "json", "percent_bp"]
TableName = Literal[
    "person", "team", "account", "contact", "product", "deal", "deal_contact", "stage_change", "offer",
    "interaction", "lead", "lead_touch", "task",
]  # fmt: skip


class ColumnRule(BaseModel):
    """How one field of ours gets its value.

    Either `column` (a column of the file) or `value` (a constant). `lookup` is `table.field`: the cell names a row
    by that field and its id is taken; `loose` ignores spaces and case there. `default` stands for an empty cell
    (and, with `type: map`, for a value that `values` does not list); it is written as the field wants it, an id for
    a lookup. `prefix` goes before a text or an id. `unit` is what one of a money column stands for: 10000 where the
    header says 万元; a cell with a unit of its own (`128万`) keeps its own. `lax` lets a file do without the column.
    `also` are other names of the column, the first that the file has counts. `only` takes the cell just where other
    fields of the row (further up) have one of these values: `only: {stage: [won, lost]}`. `spare` leaves a lookup that
    finds nobody empty instead of refusing the row.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str | None = None
    value: Any = None
    type: CellType = "auto"
    prefix: str = ""
    lookup: str | None = None
    take: str = "id"
    loose: bool = False
    values: dict[str, Any] = Field(default_factory=dict)
    default: Any = None
    sep: str = "|"
    timezone: str | None = None
    format: str | None = None
    unit: int = Field(default=1, ge=1, le=100_000_000)
    lax: bool = False
    spare: bool = False
    also: tuple[str, ...] = ()
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, data: Any) -> Any:
        return {"column": data} if isinstance(data, str) else data

    @field_validator("values", mode="before")
    @classmethod
    def _text_keys(cls, values: Any) -> Any:
        return {str(k): v for k, v in values.items()} if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _one_source(self) -> ColumnRule:
        if (self.column is None) == (self.value is None):
            raise ValueError("写 column（文件的列）或 value（常量）中的一个 (give either column or value)")
        if self.type == "map" and not self.values:
            raise ValueError("type: map 需要 values (type: map needs values)")
        if self.lookup is not None:
            _check_lookup(self.lookup, self.take)
        if self.timezone is not None:
            _check_zone(self.timezone)
        return self


class Mapping(BaseModel):
    """One feed of rows. `name` makes ids stable, `key` says which values identify a row (fields of ours). `twins` are
    fields that no two rows share: a row like another under a new key is held back as a duplicate. `part` names what a
    CRM is asked for in place of a file. `running_deal` gives an interaction that names no deal the newest one of its
    account that was running then, as a mail gets it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    file: str | None = None
    rows: tuple[dict[str, Any], ...] = ()
    sheet: str | None = None
    table: TableName
    key: tuple[str, ...] = ("id",)
    encoding: str = "auto"
    delimiter: str = "auto"
    timezone: str = "Asia/Shanghai"
    columns: dict[str, ColumnRule]
    required: tuple[str, ...] = ()
    distinct: bool = False
    provenance: str | None = None
    twins: tuple[str, ...] = ()
    part: str | None = None
    running_deal: bool = False

    @model_validator(mode="after")
    def _fits_the_table(self) -> Mapping:
        fields = set(tables.kinds(self.table))
        for name in (*self.columns, *self.required, *self.twins):
            if name not in fields:
                raise ValueError(_unknown_field(name, self.table, fields))
        missing = tables.mandatory(self.table) - set(self.columns) - {"id"}
        if missing:
            raise ValueError(
                f"columns 缺少表 {self.table} 必需的字段 {', '.join(sorted(missing))} "
                f"(columns lacks fields that table {self.table} must have)"
            )
        self._check_key()
        _check_zone(self.timezone)
        if self.provenance is not None and self.provenance not in tables.LABELS:
            raise ValueError(
                f"provenance 只能是 {', '.join(tables.LABELS)} (provenance must be one of these)"
            )
        return self

    def _check_key(self) -> None:
        unknown = [name for name in self.key if name not in self.columns]
        if unknown or not self.key:
            raise ValueError(
                f"key 里的 {', '.join(unknown) or '（空）'} 不在 columns 中；可用：{', '.join(self.columns)} "
                "(key must name fields listed in columns)"
            )

    @property
    def wanted(self) -> dict[str, str]:
        """Field -> column of the file, for the fields that read one."""
        return {name: rule.column for name, rule in self.columns.items() if rule.column is not None}


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises FeedError naming the file, the key and what is allowed."""
    return parse_mapping(read_yaml(path), path)


def parse_mapping(data: Any, path: Path) -> Mapping:
    """A mapping from what the YAML said; `path` is only for messages."""
    if not isinstance(data, dict):
        raise FeedError(f"{path}：映射文件要写成“键: 值”的形式 (a mapping file is a YAML mapping)。")
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise FeedError(f"{path}：" + "；".join(_complaint(item) for item in error.errors())) from None


def read_yaml(path: Path) -> Any:
    """What a YAML file says. Raises FeedError where it cannot be read, with the line."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise FeedError(f"找不到文件 {path} (no such file)。") from None
    except UnicodeDecodeError as error:
        raise FeedError(
            f"{path}：不是 UTF-8 文本，请另存为 UTF-8 (not UTF-8 text; save it as UTF-8)：{error}"
        ) from None
    except OSError as error:
        raise FeedError(f"{path}：读不了 (cannot be read)：{error.strerror}") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" 第 {mark.line + 1} 行 (line {mark.line + 1})" if mark else ""
        raise FeedError(
            f"{path}{where}：YAML 写法有误 (YAML error)：{getattr(error, 'problem', error)}"
        ) from None


def _complaint(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"]) or "（文件）"
    if item["type"] == "extra_forbidden":
        allowed = ColumnRule.model_fields if len(item["loc"]) > 1 else Mapping.model_fields
        near = closest(str(item["loc"][-1]), allowed, 1)
        hint = f"，是不是 {near[0]} (did you mean {near[0]})" if near else ""
        return f"{where} 不认识{hint}；可用的键 (allowed): {', '.join(allowed)}"
    if item["type"] == "missing":
        return f"缺少 {where} (missing)"
    message = str(item["msg"]).removeprefix("Value error, ")
    given = item.get("input")
    shown = f"（写的是 {one_line(given)}）" if isinstance(given, str | int | float | bool) else ""
    return f"{where}{shown}：{message}"


def _unknown_field(name: str, table: str, fields: set[str]) -> str:
    near = closest(name, sorted(fields), 1)
    hint = f"是不是 {near[0]} (did you mean {near[0]})？" if near else ""
    return f"表 {table} 没有字段 {name}。{hint}可用 (allowed): {', '.join(sorted(fields))}"


def _check_lookup(lookup: str, take: str) -> None:
    table, _, field = lookup.partition(".")
    if table not in tables.TABLES or "id" not in tables.kinds(table):
        raise ValueError(f"lookup {lookup}：没有表 {table}；可用 (allowed): {', '.join(tables.TABLES)}")
    for name in (field, take):
        if name not in tables.kinds(table):
            raise ValueError(_unknown_field(name, table, set(tables.kinds(table))))


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"不认识时区 {name}，例如 Asia/Shanghai (unknown time zone)") from None
