"""A model behind the whole house: what it is sent, and what is stored of its answer."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import select

from bot.inbox import Inbox
from bot.messages import Inbound
from bot.settings import Settings
from bot.wiring import open_house
from knowledge.model import Message
from tests.fakes.clock import FakeClock
from tests.fakes.openai_server import OpenAIServer, Reply, ToolUse, calls


def test_a_brief_by_a_model_is_stored_with_its_prompt_version(demo_dir: Path) -> None:
    script = [calls(ToolUse("deal_brief", {"deal": "华东医疗"})), Reply(text="金额 ¥1,280,000 [1]。")]
    with OpenAIServer(script) as server:
        settings = Settings(
            var_dir=demo_dir, llm_base_url=server.base_url, llm_model="story-1", _env_file=None
        )
        house = open_house(settings, FakeClock())
        inbound = Inbound(channel="t", person_id="p-lina", thread="s", text="华东医疗怎样?", external_id="1")
        answer = Inbox(house).handle(inbound).answer
        with house.store.reading() as session:
            stored = [m.answer for m in session.exec(select(Message)) if m.answer.get("mode") == "story-1"]
        house.close()
    assert answer is not None
    assert (answer.mode, answer.text) == ("story-1", "金额 ¥1,280,000 [1]。")
    assert [source.id for source in answer.sources] == ["D-001"]
    assert len(answer.prompt_version) == 12
    assert stored[0]["prompt_version"] == answer.prompt_version
