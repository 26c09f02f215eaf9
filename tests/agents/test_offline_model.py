"""The offline brain as a chat model: real LangChain messages and tools in, calls and answers out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import StructuredTool

from agents.offline.model import OfflineBrain
from agents.offline.reading import SKILLS
from knowledge.names import NameIndex
from tests.fakes.sales_names import ENTRIES

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def brain(**fields: object) -> OfflineBrain:
    return OfflineBrain.model_validate({"names": NameIndex(ENTRIES), "now": NOW, **fields})


def talk(model: OfflineBrain, text: str, *results: str) -> tuple[list[dict[str, object]], str]:
    """Runs the tool loop with the given results; the calls made and the final text."""
    messages: list[BaseMessage] = [
        SystemMessage("you are …"),
        HumanMessage("上一句"),
        AIMessage("上一答"),
        HumanMessage(text),
    ]
    calls: list[dict[str, object]] = []
    pending = list(results)
    for _ in range(10):
        message = model.invoke(messages)
        assert isinstance(message, AIMessage)
        messages.append(message)
        if not message.tool_calls:
            return calls, str(message.text)
        for call in message.tool_calls:
            calls.append({"name": call["name"], **call["args"]})
            messages.append(ToolMessage(pending.pop(0), tool_call_id=call["id"] or ""))
    raise AssertionError("the loop did not end")


def test_one_call_and_its_text() -> None:
    calls, text = talk(brain(), "华东医疗那个单子现在什么情况?", "谈判阶段 [1]")
    assert calls == [{"name": "deal_brief", "deal": "D-001", "aspect": "all"}]
    assert text == "谈判阶段 [1]"


def test_two_calls_in_order() -> None:
    calls, text = talk(brain(), "先看看华东医疗的情况,再帮我写封跟进邮件", "概况 [1]", "草稿")
    assert [call["name"] for call in calls] == ["deal_brief", "draft_email"]
    assert text == "概况 [1]\n\n草稿"


def test_focus_is_used() -> None:
    calls, _ = talk(brain(focus={"deal_id": "D-002"}), "那报价呢?", "x")
    assert calls == [{"name": "deal_brief", "deal": "D-002", "aspect": "offer"}]


def test_question_and_limits_are_the_answer() -> None:
    calls, text = talk(brain(), "恒泰制药的单子怎么样了")
    assert calls == []
    assert "D-003" in text
    assert "/approve A7F3" in talk(brain(), "批准 A7F3")[1]
    assert talk(brain(language="en"), "😀")[1].startswith("I see no words")


def test_bound_tools_limit_what_is_called() -> None:
    def pipeline() -> str:
        """List deals."""
        return ""

    model = brain()
    bound = model.bind_tools([StructuredTool.from_function(pipeline)])
    assert model.tool_names is None
    assert bound.tool_names == ("pipeline",)
    assert talk(bound, "华东医疗怎么样了") == ([], "这里没有开通这项功能。")
    assert talk(bound, "我手上有哪些单子", "清单")[1] == "清单"


def test_no_message_at_all() -> None:
    message = brain().invoke([SystemMessage("x")])
    assert str(message.text)


def test_every_call_is_a_known_skill() -> None:
    for text in ("谁提到过数据迁移", "客户说太贵了怎么回?", "有什么等我批的?", "为什么要审批?"):
        calls, _ = talk(brain(), text, "x")
        assert calls[0]["name"] in SKILLS
