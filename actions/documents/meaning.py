"""What the tags of a template mean: fields used, fields unknown, constructs that no template of ours may hold."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from .faults import Fault, Place, TemplateRefused
from .package import file_faults, parts_of
from .places import hidden_tags, paragraphs, text_parts
from .sandbox import LOOP, environment, forbidden
from .schema import Field, Schema
from .tags import Reading, read
from .wordxml import tree_of

_TAG = re.compile(r"\{\{|\{%")


def refuse_unsafe(template: bytes) -> dict[str, bytes]:
    """The parts of a template without forbidden constructs. Raises TemplateRefused (or DocumentRefused) at once.

    Rendering asks this again, whatever was checked before: a file may have changed since.
    """
    parts = parts_of(template)
    faults = [*file_faults(parts), *untold(parts)]
    for _, kind, data in text_parts(parts):
        reading = read(paragraphs(tree_of(data), kind))
        faults += [one for one in reading.faults if one.kind == "forbidden"]
        faults += [one for one in meaning(reading, None, set()) if one.kind == "forbidden"]
    if faults:
        raise TemplateRefused(tuple(dict.fromkeys(faults)))
    return parts


def fields_used(template: bytes, schema: Schema) -> frozenset[str]:
    """Every field the template asks for; items as `lines.name`."""
    used: set[str] = set()
    for _, kind, data in text_parts(parts_of(template)):
        for _fault in meaning(read(paragraphs(tree_of(data), kind)), schema, used):
            pass
    return frozenset(used)


def meaning(reading: Reading, schema: Schema | None, used: set[str]) -> Iterator[Fault]:
    """Faults of one part's tags against a schema (None: only what is forbidden); adds the fields it uses to `used`."""
    try:
        tree = environment().parse(reading.text)
    except TemplateSyntaxError as error:
        if reading.faults:  # what follows from a broken tag is no second fault; the rest is still looked at
            yield from _line_by_line(reading, schema, used)
            return
        if re.search(r"No (filter|test) named", error.message or ""):
            yield _forbidden(reading.place(error.lineno), error.message or "", error.message or "")
            return
        yield Fault(
            kind="broken_tag",
            place=reading.place(error.lineno),
            zh=f"标签写法不对（{error.message}）",
            en=f"the tag cannot be read ({error.message})",
        )
        return
    for node, zh, en in forbidden(tree):
        yield _forbidden(reading.place(node.lineno), zh, en)
    if schema is not None:
        names = _Names(schema, reading, used)
        yield from names.of(tree, {})


def _line_by_line(reading: Reading, schema: Schema | None, used: set[str]) -> Iterator[Fault]:
    """The paragraphs that can be read by themselves; what loops call their items is known to mean something."""
    items = set(re.findall(r"\bfor\s+(\w+)\s+in\b", reading.text)) | {"loop"}
    for number, line in enumerate(reading.lines, 1):
        try:
            tree = environment().parse(line)
        except TemplateSyntaxError:
            continue
        for _, zh, en in forbidden(tree):
            yield _forbidden(reading.place(number), zh, en)
        names = _Names(schema, Reading(places=[reading.places[number - 1]]), used) if schema else None
        for name in tree.find_all(nodes.Name):
            if names and name.name not in items:
                yield from names.of(name, {})


@dataclass
class _Names:
    """Walks a template with the fields in scope: names used, and names that mean nothing or are used for another thing."""

    schema: Schema
    reading: Reading
    used: set[str] = field(default_factory=set)

    def of(self, node: nodes.Node, scope: dict[str, Field | None]) -> Iterator[Fault]:
        if isinstance(node, nodes.For):
            yield from self._loop(node, scope)
            return
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            yield from self._attribute(node, node.node.name, scope)
            return
        if isinstance(node, nodes.Name):
            yield from self._name(node, scope)
            return
        for child in node.iter_child_nodes():
            yield from self.of(child, scope)

    def _loop(self, node: nodes.For, scope: dict[str, Field | None]) -> Iterator[Fault]:
        name = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        listed = self.schema.field(name)
        self.used.add(name)
        if name and listed is None:
            yield self._unknown(node, name, self.schema.names)
        elif listed is None or not listed.items:
            zh, en = f"“{name or '这里'}”不是列表，不能用 for", f"“{name or 'this'}” is no list to loop over"
            yield Fault(kind="wrong_use", place=self.reading.place(node.lineno), zh=zh, en=en)
        target = node.target.name if isinstance(node.target, nodes.Name) else ""
        inner: dict[str, Field | None] = {**scope, target: listed, "loop": None}
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            yield from self.of(child, inner)

    def _attribute(self, node: nodes.Getattr, name: str, scope: dict[str, Field | None]) -> Iterator[Fault]:
        if name == "loop" and name in scope:
            known: tuple[str, ...] = tuple(sorted(LOOP))
        elif name in scope:
            listed = scope[name]
            known = tuple(item.name for item in listed.items) if listed else (node.attr,)
            self.used.add(f"{listed.name}.{node.attr}" if listed else "")
        elif self.schema.field(name) is None:
            yield self._unknown(node, name, (*self.schema.names, *scope))
            return
        else:
            known = ()
        if node.attr not in known:
            yield self._unknown(node, f"{name}.{node.attr}", tuple(f"{name}.{one}" for one in known))

    def _name(self, node: nodes.Name, scope: dict[str, Field | None]) -> Iterator[Fault]:
        self.used.add(node.name)
        found = self.schema.field(node.name)
        if node.name not in scope and found is None:
            yield self._unknown(node, node.name, self.schema.names)
        elif node.name in scope or (found and found.items):
            zh = f"“{node.name}”是一组值，要写出取其中哪一个"
            en = f"“{node.name}” is a group of values; say which of them"
            yield Fault(kind="wrong_use", place=self.reading.place(node.lineno), zh=zh, en=en)

    def _unknown(self, node: nodes.Node, name: str, known: tuple[str, ...]) -> Fault:
        near = difflib.get_close_matches(name, known, 1)
        zh, en = (f"，是不是 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
        place = self.reading.place(node.lineno)
        return Fault(
            kind="unknown_field", place=place, zh=f"未知字段 {name}{zh}", en=f"unknown field {name}{en}"
        )


def _forbidden(place: Place | None, zh: str, en: str) -> Fault:
    return Fault(kind="forbidden", place=place, zh=f"模板里不允许{zh}", en=f"a template may not use {en}")


def untold(parts: dict[str, bytes]) -> Iterator[Fault]:
    """Tags where nobody looks while reading a contract: other parts, attributes, comments, field codes."""
    for name in ("docProps/core.xml", "docProps/app.xml", "word/endnotes.xml", "word/comments.xml"):
        if _TAG.search(parts.get(name, b"").decode("utf-8", "replace")):
            zh, en = f"{name} 里不能有标签", f"{name} may hold no tags"
            yield Fault(kind="forbidden", place=Place(part="properties"), zh=zh, en=en)
    for _, kind, data in text_parts(parts):
        for tag in hidden_tags(tree_of(data)):
            zh, en = f"标签“{tag}”藏在看不见的地方", f"the tag “{tag}” stands where no reader sees it"
            yield Fault(kind="forbidden", place=Place(part=kind), zh=zh, en=en)
