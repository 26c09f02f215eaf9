"""The two card templates of DingTalk, written as files that an admin imports in the card builder.

The shape {editorData, widgetInfo, type, mode} is what the builder exports. Both are AI cards: an approval card is one that is
finished from the start.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .dingtalk_blocks import (
    DOING,
    FAILED,
    FINISHED,
    PENDING,
    WRITING,
    Node,
    button_variable,
    buttons,
    component,
    markdown,
    pending,
    root,
    sentence,
    state,
    variable,
    walk,
)

APPROVAL_FILE, ANSWER_FILE = "dingtalk_approval_card.json", "dingtalk_answer_card.json"


def write_templates(folder: Path) -> tuple[Path, Path]:
    """Write both files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / APPROVAL_FILE, folder / ANSWER_FILE
    for path, record in zip(paths, (approval_template(), answer_template()), strict=True):
        path.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return paths


def approval_template() -> dict[str, str]:
    """Content, a sentence for the one who pressed, and buttons; the variables are those of bot.channels.dingtalk.cards."""
    done = [markdown("content"), markdown("notice"), buttons("btns")]
    variables = [
        variable("content", "markdown", "审批内容 / what is to be approved"),
        variable("notice", "markdown", "只给点击者看的话 / a sentence for the one who pressed", private=True),
        variable("title", "string", "标题 / title"),
        variable("status", "string", "结果 / what became of it"),
        button_variable("btns"),
    ]
    sample = {
        "content": "### [A7F3] 发报价\n\n**金额**: ¥120,000",
        "notice": "",
        "title": "",
        "status": "",
        "btns": [],
    }
    return _wrapped({PENDING: [pending()], FINISHED: done, FAILED: [sentence(_BROKEN)]}, variables, sample)


def answer_template() -> dict[str, str]:
    """One text that is written to while it grows: streaming in the writing state, plain when finished."""
    states = {
        PENDING: [pending()],
        WRITING: [markdown("content", streaming=True)],
        FINISHED: [markdown("content")],
        FAILED: [sentence(_BROKEN)],
    }
    variables = [variable("content", "markdown", "回答 / the answer")]
    return _wrapped(states, variables, {"content": "华东三季度还差 ¥1.2M"})


_BROKEN = "这张卡片没写完,回答见下一条消息。/ This card was not finished; the answer is in the next message."


def _wrapped(states: dict[int, list[Node]], variables: list[Node], sample: Node) -> dict[str, str]:
    top = root(
        [state(number, states.get(number, [])) for number in (PENDING, WRITING, DOING, FINISHED, FAILED)]
    )
    status = variable("flowStatus", "string", "1 处理中 2 输入中 3 完成 5 失败") | {
        "disabled": True,
        "visible": False,
    }
    editor = {
        "schemaVersion": "3.0.0",
        "schema": {
            "config": None,
            "componentsMap": [
                component(name) for name in sorted({one["componentName"] for one in walk(top)})
            ],
            "componentsTree": [top],
            "i18n": {},
            "version": "1.0.0",
        },
        "mockData": {
            "cardData": {"flowStatus": FINISHED, **sample},
            "cardPrivateData": {},
            "localData": {"flowStatus": "", "_cardFoldStatusLocalDataKey": ""},
            "richTextData": {},
        },
        "renderContext": {},
        "editVersion": 0,
        "customWidgetInfo": "",
        "useCustomWidgetInfo": False,
        "variableList": [*variables, status],
        **{
            name: []
            for name in ("formList", "customContextList", "expList", "localList", "hsfList", "lwpList")
        },
        "pageData": {},
        "extension": {"extendType": "AI", "aiStatusList": [3, 1, 5, 2, 4], "fileTypeList": []},
    }
    text = json.dumps(editor, ensure_ascii=False, separators=(",", ":"))
    return {"editorData": text, "widgetInfo": "", "type": "im", "mode": "card"}


if __name__ == "__main__":
    for written in write_templates(Path(sys.argv[1] if len(sys.argv) > 1 else ".")):
        sys.stdout.write(f"{written}\n")
