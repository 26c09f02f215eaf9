"""As much of SOQL as the feeds ask: fields, also of a related record, conditions joined by AND, lists, an order."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

_QUERY = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<name>\w+)(?: WHERE (?P<where>.+?))?(?: ORDER BY (?P<order>.+))?",
    re.DOTALL,
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Row = dict[str, Any]


class BadQuery(ValueError):
    """The error code and the sentence Salesforce would say."""


def run(soql: str, tables: dict[str, list[Row]], hidden: set[str]) -> tuple[str, list[Row]]:
    """The object's name and its records. Raises BadQuery for unknown objects and for fields one may not see."""
    found = _QUERY.fullmatch(soql.strip())
    if found is None:
        raise BadQuery("MALFORMED_QUERY", f"unexpected token: {soql}")
    name, fields = found["name"], [one.strip() for one in found["fields"].split(",")]
    if name not in tables:
        raise BadQuery("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    for one in fields:
        if one in hidden:
            raise BadQuery("INVALID_FIELD", f"No such column '{one}' on entity '{name}'.")
    conditions = re.split(r" AND ", found["where"]) if found["where"] else []
    rows = [row for row in tables[name] if all(_holds(row, one) for one in conditions)]
    for one in reversed((found["order"] or "Id ASC").split(",")):
        name_of = one.split()[0]
        rows = sorted(rows, key=partial(_order, name_of))
    return name, [_shown(name, row, fields) for row in rows]


def _order(name: str, row: Row) -> str:
    return str(_value(row, name))


def _value(row: Row, name: str) -> Any:
    for part in name.split("."):
        row = (row or {}).get(part)  # type: ignore[assignment]
    return row


def _holds(row: Row, condition: str) -> bool:
    listed = re.fullmatch(r"([\w.]+) IN \((.*)\)", condition.strip(), re.DOTALL)
    if listed:
        return _value(row, listed[1]) in [one.strip().strip("'") for one in listed[2].split(",")]
    name, sign, wanted = condition.strip().split(" ", 2)
    value = _value(row, name)
    if sign == ">=":
        assert _MOMENT.fullmatch(wanted), wanted
        return str(value)[:19] >= wanted[:19]
    assert sign == "=", condition
    plain: Any = {"true": True, "false": False}.get(wanted, wanted.strip("'"))
    return bool(value) == plain if isinstance(plain, bool) else value == plain


def _shown(name: str, row: Row, fields: list[str]) -> Row:
    line: Row = {"attributes": {"type": name, "url": f"/services/data/v62.0/sobjects/{name}/{row.get('Id')}"}}
    for one in fields:
        head, _, tail = one.partition(".")
        if tail:
            related = row.get(head)
            line[head] = {"attributes": {"type": head}, tail: related.get(tail)} if related else None
        else:
            line[one] = row.get(one)
    return line
