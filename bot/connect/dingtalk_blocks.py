"""The blocks of DingTalk's card builder that our templates are made of, in the shape of its exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

PENDING, WRITING, FINISHED, DOING, FAILED = 1, 2, 3, 4, 5
SHOWN: Node = {
    "type": "dynamicVisible",
    "value": True,
    "valueType": "fixed",
    "condition": {"op": "and", "conditions": []},
}
NO_MARGIN: Node = {"marginLeft": 0, "marginRight": 0, "marginTop": 0, "marginBottom": 0, "innerOffset": 0}
MARGIN: Node = {"marginLeft": 12, "marginRight": 12, "marginTop": 6, "marginBottom": 6}


def walk(node: Node) -> Iterator[Node]:
    """A component and all that is in it."""
    yield node
    for child in node.get("children", []):
        yield from walk(child)


def _node(name: str, key: str, title: str, props: Node, children: list[Node] | None = None) -> Node:
    node: Node = {"componentName": name, "id": f"node_{key}", "props": props, "title": title}
    node |= {"hidden": False, "isLocked": False, "condition": True, "conditionGroup": ""}
    return node if children is None else node | {"children": children}


def root(children: list[Node]) -> Node:
    number = {
        "type": "dynamicNumber",
        "valueType": "fixed",
        "value": 226,
        "variable": "",
        "variableType": "global",
    }
    props = {
        **NO_MARGIN,
        **{
            f"enable{one}": True
            for one in ("Pending", "Writing", "Doing", "Failed", "FlowAbort", "GradientBorder")
        },
        **{f"enable{one}": False for one in ("Title", "EngineUpgrade", "ExposeStatPoint", "DebugTool")},
        "summaryContent": _global(""),
        "flowStatusVar": _global("flowStatus"),
        "operationPenalType": "custom",
        **{f"cardSize{one}Mode": "adaptive" for one in ("", "Height", "Width")},
        "cardSizeHeight": number,
        "hasBackground": False,
    }
    return _node("AICardContainer", "root", "", props, children)


def state(number: int, content: list[Node]) -> Node:
    fold = {"needFold": True, "heightLimit": 480, "foldStatusLocalDataKey": "_cardFoldStatusLocalDataKey"}
    props = {
        **NO_MARGIN,
        "status": number,
        "enableExtend": False,
        "autoFoldConfig": fold,
        "enableCollapse": False,
    }
    if number != PENDING:
        inner = {**NO_MARGIN, "visible": SHOWN, "disabledWhileForward": False, "enableStatPoint": False}
        content = [_node("AICardContent", f"inner_{number}", "", inner, content)]
    return _numbered(
        _node("AICardStatusContainer", f"status_{number}", f"状态 {number}", props, content), number
    )


def _numbered(state: Node, number: int) -> Node:
    """Ids are unique in a template; the same block may stand in two states."""
    for node in walk(state):
        if not node["id"].endswith(f"_{number}"):
            node["id"] += f"_{number}"
    return state


def pending() -> Node:
    props = {
        **NO_MARGIN,
        "pendingTip": _fixed("处理中… / Working on it…"),
        "style": "embed",
        "hideIcon": False,
    }
    return _node("AIPending", "pending", "", props)


def markdown(variable: str, *, streaming: bool = False) -> Node:
    """Without varType the text stays blank; a streaming block takes no plain updates."""
    props = {
        **MARGIN,
        "mdVer": 0,
        "icon": {"type": "icon", "icon": "", "iconType": "emoji"},
        "content": _global(variable) | {"varType": "markdown"},
        "visible": SHOWN,
        "isStreaming": streaming,
        "enableLinkStatPoint": False,
    }
    return _node("MarkdownBlock", variable, "富文本", props)


def sentence(text: str) -> Node:
    props = {**MARGIN, "text": _fixed(text), "visible": SHOWN, "gravity": "left", "widthMode": "match_parent"}
    return _node("BaseText", "sentence", "基础文本", props)


def buttons(variable: str) -> Node:
    props = {
        **MARGIN,
        "dynamicButtons": _global(variable),
        "visible": SHOWN,
        "buttonsSource": "variable",
        "fixedButtonIds": [],
        "fixedButtons": [],
        "responsiveLayoutWidth": 350,
        "enableResponsiveLayout": True,
        "matchContent": False,
        "buttonSpacing": 8,
    }
    return _node("ButtonGroup", variable, "按钮组", props)


def _global(variable: str) -> Node:
    return {"type": "variableValue", "variableType": "global", "variable": variable}


def _fixed(text: str) -> Node:
    return {"type": "dynamicString", "content": text, "i18n": False}


def component(name: str) -> Node:
    where = {"package": "@ali/dxComponent", "version": "1.0.0", "main": "./src/index.tsx"}
    return where | {"exportName": name, "componentName": name, "destructuring": False, "subName": ""}


def variable(name: str, kind: str, says: str, *, private: bool = False) -> Node:
    return {
        "id": name, "name": name, "type": kind, "description": says, "private": private,
        "editorVarType": "variables", "disabled": False,
    }  # fmt: skip


def button_variable(name: str) -> Node:
    """A list of buttons: text, color, status, and an event that sends back actionId and params."""

    def part(key: str, kind: str, says: str, *inner: Node) -> Node:
        one = variable(key, kind, says) | {"id": f"{name}.{key}", "disabled": True}
        return one | {"schema": list(inner)} if inner else one

    params = part(
        "params",
        "object",
        "参数",
        part("actionId", "string", "回传 id"),
        part("params", "object", "回传参数"),
    )
    event = part("event", "dynamicEvent", "点击事件", part("type", "string", "sendCardRequest"), params)
    fields = [part(key, "string", key) for key in ("text", "color", "status")]
    return variable(name, "buttonGroup", "按钮 / buttons") | {"schema": [*fields, event]}
