"""Checks a Word template that lawyers own: every unknown, missing, broken or forbidden thing, named with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .faults import DocumentRefused, Fault, Place
from .meaning import meaning, untold
from .package import file_faults, parts_of
from .places import paragraphs, text_parts
from .render import render
from .schema import Schema
from .tags import read
from .wordxml import tree_of


def check(template: bytes, schema: Schema) -> tuple[Fault, ...]:
    """Everything wrong with a template, in the order of its pages; empty when it may be used.

    Beyond reading it, a template without faults is filled once with sample values, so what passes can be rendered.
    """
    try:
        parts = parts_of(template)
        readings = [read(paragraphs(tree_of(data), kind)) for _, kind, data in text_parts(parts)]
    except DocumentRefused as error:
        return (Fault(kind="file", zh=error.zh, en=error.en, place=Place(part="file")),)
    used: set[str] = set()
    faults = [*file_faults(parts)]
    for reading in readings:
        faults += [*reading.faults, *meaning(reading, schema, used)]
    faults += [*untold(parts)]
    faults += [*_missing(schema, used)] if not any(one.kind == "broken_tag" for one in faults) else []
    return tuple(dict.fromkeys(faults)) or tuple(_trial(template, schema))


def _missing(schema: Schema, used: set[str]) -> Iterator[Fault]:
    for one in schema.fields:
        if one.required and one.name not in used:
            zh, en = (
                f"缺少必填字段 {one.name}（{one.zh}）",
                f"the required field {one.name} ({one.en}) is nowhere",
            )
            yield Fault(kind="missing_field", zh=zh, en=en)
        for item in one.items if one.name in used else ():
            if item.required and f"{one.name}.{item.name}" not in used:
                zh = f"“{one.zh}”里缺少 {item.name}（{item.zh}）"
                yield Fault(kind="missing_field", zh=zh, en=f"“{one.en}” lacks {item.name} ({item.en})")


def _trial(template: bytes, schema: Schema) -> Iterator[Fault]:
    try:
        filled = render(template, schema.samples())
        texts = [
            one for _, kind, data in text_parts(parts_of(filled)) for one in paragraphs(tree_of(data), kind)
        ]
    except DocumentRefused as error:
        yield Fault(kind="trial", zh=f"试填失败：{error.zh}", en=f"a trial fails: {error.en}")
        return
    for one in texts:
        if re.search(r"\{\{|\}\}|\{%|%\}", one.text):
            yield Fault(kind="trial", place=one.place, zh="试填后仍有标签", en="a tag is left after a trial")
