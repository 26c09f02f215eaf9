"""Where templates run: nothing but names, attributes of items, loops, conditions and a few filters; checked and enforced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Never

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("upper", "lower", "title", "trim", "length")
TESTS = ("defined", "none")
LOOP = frozenset({"index", "index0", "revindex", "first", "last", "length"})

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Not,
    nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Const, nodes.Test, nodes.Filter, nodes.CondExpr,
    nodes.Concat,
)  # fmt: skip
_NAMES = {
    "Call": ("函数调用", "a function call"),
    "Getitem": ("方括号取值", "square brackets"),
    "Macro": ("宏", "a macro"),
    "Include": ("引用其他文件", "an include"),
    "Import": ("引用其他文件", "an import"),
    "FromImport": ("引用其他文件", "an import"),
    "Extends": ("继承模板", "extends"),
    "Assign": ("赋值（set）", "an assignment (set)"),
    "AssignBlock": ("赋值（set）", "an assignment (set)"),
}


class LawyersEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for templates written by people who are no programmers: no globals, no calls, no hidden attributes."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests = {name: self.tests[name] for name in TESTS}

    def call(self, *_: Any, **__: Any) -> Never:
        raise SecurityError("模板里不能调用函数 / a template may not call anything")

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute.startswith("_"):
            raise SecurityError(f"模板里不能取 {attribute} / a template may not read {attribute}")
        if isinstance(
            obj, Mapping
        ):  # a field called `items` is the field, and dict's own methods are out of reach
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str) and argument.startswith("_"):
            raise SecurityError(f"模板里不能取 {argument} / a template may not read {argument}")
        return super().getitem(obj, argument)


@lru_cache(maxsize=1)
def environment() -> LawyersEnvironment:
    """The one environment; templates of ours are rendered nowhere else."""
    return LawyersEnvironment()


def forbidden(tree: nodes.Node) -> Iterator[tuple[nodes.Node, str, str]]:
    """Every construct that is not on the list of what a template may say: (node, Chinese, English)."""
    for node in _outermost(tree):
        if isinstance(node, nodes.Getattr):
            yield node, f"取值 .{node.attr}", f"reading .{node.attr}"
        elif isinstance(node, nodes.Filter | nodes.Test):
            yield node, f"“{node.name}”", f"“{node.name}”"
        else:
            name = type(node).__name__
            yield node, *_NAMES.get(name, (f"语句 {name}", f"the construct {name}"))


def _outermost(node: nodes.Node) -> Iterator[nodes.Node]:
    """Forbidden nodes that stand in no other forbidden one: one report a construct."""
    if not _permitted(node):
        yield node
        return
    for child in node.iter_child_nodes():
        yield from _outermost(child)


def _permitted(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Getattr):
        return not node.attr.startswith("_") and isinstance(node.node, nodes.Name)
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS and not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
    if isinstance(node, nodes.Test):
        return node.name in TESTS and not node.args
    if isinstance(node, nodes.For):
        return not node.recursive and isinstance(node.target, nodes.Name)
    return isinstance(node, _ALLOWED)
