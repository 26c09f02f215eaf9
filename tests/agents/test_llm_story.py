"""The whole house on a model: real skills, real gate, the demo company, and an endpoint that answers as a model would."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from actions.tables import Action
from bot.inbox import Inbox
from bot.messages import Inbound, Reply
from bot.settings import Settings
from bot.wiring import House, open_house
from tests.fakes.clock import FakeClock
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.openai_wire import Reply as Said
from tests.fakes.openai_wire import ToolUse, calls, error, garbage

OWN_WORDS = "王总您好：\n\n您问到的数据迁移，我们正在整理。\n\n李娜"


def competent(body: dict[str, Any]) -> Said:
    """A model that calls the right skills, and answers from what they say, citing the first source."""
    last = body["messages"][-1]
    if last["role"] == "tool":
        return Said(
            text=_summary("".join(str(m["content"]) for m in body["messages"] if m["role"] == "tool"))
        )
    question = str(last["content"])
    if "情况" in question:
        return calls(
            ToolUse("deal_brief", {"deal": "华东医疗"}), ToolUse("talk_track", {"objection": "太贵了"})
        )
    if "自己写" in question:
        return calls(
            ToolUse("draft_email", {"deal": "D-001", "to": "王总", "subject": "跟进", "body": OWN_WORDS})
        )
    if "写" in question:
        return calls(ToolUse("draft_email", {"deal": "D-001", "to": "王总"}))
    if "发" in question:
        return calls(ToolUse("send_email", {}))
    return Said(text="您好，请问需要什么？")


def _summary(told: str) -> str:
    return "金额 ¥1,280,000 [2]。对方预算是 9,876,543 元。" if "1,280,000" in told else "已按您说的处理。"


@pytest.fixture
def story(demo_dir: Path) -> Iterator[tuple[House, OpenAIServer]]:
    with OpenAIServer(competent) as server:
        house = _house(demo_dir, server.base_url)
        yield house, server
        house.close()


def _house(folder: Path, url: str) -> House:
    settings = Settings(
        var_dir=folder, _env_file=None, llm_base_url=url, llm_api_key="k", llm_model="m-1", llm_deadline_s=10
    )
    return open_house(settings, FakeClock())


def _say(house: House, text: str, streamed: list[str] | None = None) -> Reply:
    inbound = Inbound(channel="t", person_id="p-lina", thread="t", text=text, external_id=uuid.uuid4().hex)
    return Inbox(house).handle(inbound, None if streamed is None else streamed.append)


def _actions(house: House) -> list[Action]:
    with house.store.reading() as session:
        return list(session.exec(select(Action)))


def test_two_tools_in_one_turn_streamed_with_sources_and_without_inventions(
    story: tuple[House, OpenAIServer],
) -> None:
    house, server = story
    streamed: list[str] = []
    reply = _say(house, "华东医疗什么情况", streamed)
    assert reply.answer is not None
    assert reply.answer.mode == "m-1"
    assert reply.answer.prompt_version
    assert "1,280,000" in reply.text
    assert "9,876,543" not in reply.text + "".join(streamed)
    assert {int(n.n) for n in reply.answer.sources} == {1}
    told = [message for message in server.chats[-1]["messages"] if message["role"] == "tool"]
    assert len(told) == 2


def test_a_template_mail_with_clean_records_has_its_undo_window(story: tuple[House, OpenAIServer]) -> None:
    house, _ = story
    _say(house, "给王总写跟进邮件")
    reply = _say(house, "发出去")
    assert reply.answer is not None
    assert [outcome.status for outcome in reply.answer.outcomes] == ["done"]
    (action,) = _actions(house)
    assert (action.state, action.drafted_by) == ("scheduled", "m-1")


def test_a_mail_the_model_wrote_needs_the_senders_own_yes(story: tuple[House, OpenAIServer]) -> None:
    house, _ = story
    _say(house, "自己写一封给王总")
    reply = _say(house, "发出去")
    assert reply.answer is not None
    assert [outcome.status for outcome in reply.answer.outcomes] == ["waiting"]
    (action,) = _actions(house)
    assert "llm_inferred" in action.labels["body"]
    assert json.loads(action.payload)["body"].strip() == OWN_WORDS
    assert action.code in reply.text


@pytest.mark.parametrize(
    "fault",
    [error(500), error(401), error(429, retry_after="90"), garbage(), Said(text="半句话", truncate=True)],
    ids=["500", "401", "429 for long", "garbage", "truncated"],
)
def test_a_model_that_is_down_is_said_and_the_offline_brain_answers(demo_dir: Path, fault: Said) -> None:
    with OpenAIServer(lambda _: fault) as server:
        house = _house(demo_dir, server.base_url)
        reply = _say(house, "华东医疗那个单子现在什么情况?")
        house.close()
    assert reply.answer is not None
    assert reply.answer.mode == "offline"
    assert "模型" in reply.text
    assert "1,280,000" in reply.text


def test_no_endpoint_at_all(demo_dir: Path) -> None:
    house = _house(demo_dir, "http://127.0.0.1:9/v1")
    reply = _say(house, "华东医疗那个单子现在什么情况?")
    house.close()
    assert reply.answer is not None
    assert reply.answer.mode == "offline"


def test_a_model_that_dies_after_sending_sends_once(demo_dir: Path) -> None:
    def dies(body: dict[str, Any]) -> Said:
        return (
            error(500) if body["messages"][-1]["role"] == "tool" and "发" in _asked(body) else competent(body)
        )

    with OpenAIServer(dies) as server:
        house = _house(demo_dir, server.base_url)
        _say(house, "给王总写跟进邮件")
        reply = _say(house, "发出去")
        house.close()
    assert reply.answer is not None
    assert len(reply.answer.outcomes) == 1
    assert len(_actions(house)) == 1


def _asked(body: dict[str, Any]) -> str:
    return next(str(m["content"]) for m in reversed(body["messages"]) if m["role"] == "user")
