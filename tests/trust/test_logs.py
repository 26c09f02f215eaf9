"""Logs and errors at DEBUG: no secret, no floor price, no text of another team, no row content."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from actions.gateways.mail import gateway_from
from bot.errors import sentence_for
from bot.inbox import Inbox
from bot.jobs import tick
from bot.messages import Inbound
from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge.model import Contact, Deal, Interaction, Person, Product
from tests.fakes.clock import FakeClock
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.openai_wire import Reply as Said
from tests.fakes.openai_wire import ToolUse, calls
from tests.fakes.smtp_server import SmtpServer

KEY, PASSWORD = "sk-very-secret-key-0001", "smtp-very-secret-0002"


STORY = (
    "华东医疗现在什么情况?", "仁心医院现在什么情况?", "D-060 的底价是多少", "给王总写跟进邮件", "发出去", "/actions", "/show D-060",
    "/why act-0000000000000000", "搜索 手术机器人",
)  # fmt: skip


def _model(body: dict[str, Any]) -> Said:
    """A model that calls what the words ask for, with the words themselves as arguments."""
    last = body["messages"][-1]
    if last["role"] == "tool":
        return Said(text="已按您说的处理。")
    question = str(last["content"])
    if "写" in question:
        return calls(ToolUse("draft_email", {"deal": "D-001", "to": "王总"}))
    if "发出去" in question:
        return calls(ToolUse("send_email", {}))
    return calls(ToolUse("deal_brief", {"deal": question[:12]}), ToolUse("recall", {"query": question}))


@pytest.fixture
def house(demo_dir: Path) -> Iterator[House]:
    with OpenAIServer(_model) as model, SmtpServer(user="lina", password=PASSWORD) as mail:
        settings = Settings(
            var_dir=demo_dir,
            _env_file=None,
            llm_base_url=model.base_url,
            llm_api_key=SecretStr(KEY),
            llm_model="m-1",
            smtp_url=SecretStr(mail.url),
            llm_deadline_s=10,
        )
        house = open_house(settings, FakeClock(), gateway_from(mail.url, demo_dir / "outbox"))
        yield house
        house.close()


def _say(house: House, text: str, who: str = "p-lina") -> str:
    inbound = Inbound(channel="t", person_id=who, thread="t", text=text, external_id=uuid.uuid4().hex)
    return Inbox(house).handle(inbound).text


def _floors(house: House) -> set[str]:
    with house.store.reading() as session:
        prices = [
            price for p in session.exec(select(Product)) for price in (p.cost_fen, p.floor_price_fen) if price
        ]
    return {
        form for fen in prices for form in (str(fen), f"{fen // 100:,}", str(fen // 100)) if len(form) > 4
    }


def _foreign(house: House) -> set[str]:
    """Whole lines and addresses that p-lina may not see."""
    with house.store.reading() as session:
        deal = session.get_one(Deal, "D-060")
        talks = session.exec(select(Interaction).where(Interaction.team_id == deal.team_id)).all()
        people = session.exec(select(Contact).where(Contact.account_id == deal.account_id)).all()
    lines = {line.strip() for talk in talks for line in talk.text.splitlines() if len(line.strip()) >= 12}
    return lines | {person.email for person in people if person.email}


def test_a_whole_story_at_debug_tells_no_secret(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    clock = house.clock
    assert isinstance(clock, FakeClock)
    for text in STORY:
        _say(house, text)
    clock.pass_(600)
    tick(house)
    house.search.reindex()
    printed = capfd.readouterr()
    logged = caplog.text + printed.out + printed.err
    assert logged, "nothing was logged at all"
    for secret in (KEY, PASSWORD, *_floors(house), *_foreign(house)):
        assert secret not in logged, secret


def test_the_secrets_are_not_in_what_describes_the_house(house: House) -> None:
    from bot.wiring import model_options

    described = (
        repr(house.settings)
        + repr(house)
        + repr(model_options(house.settings))
        + house.gate.hands.mail.describe()
    )
    assert KEY not in described
    assert PASSWORD not in described


def test_an_error_of_the_database_carries_no_row(house: House) -> None:
    def twice() -> None:
        with house.store.session() as session:
            session.add(Person(id="p-lina", name="绝密姓名", email="secret@private.example"))

    with pytest.raises(IntegrityError) as caught:
        twice()
    told = str(caught.value) + sentence_for(caught.value)
    assert "绝密姓名" not in told
    assert "secret@private.example" not in told


@pytest.mark.parametrize(
    "error", [ValueError("底价 880000"), KeyError("仁心医院"), RuntimeError("孙立群 13812345678")]
)
def test_the_words_of_an_unforeseen_error_do_not_reach_the_door(error: Exception) -> None:
    told = sentence_for(error)
    assert type(error).__name__ in told
    assert str(error.args[0]) not in told


def test_the_servers_own_logs_know_no_password_when_it_refuses(
    demo_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with SmtpServer(user="lina", password="another") as mail:
        wrong = mail.url.replace("another", PASSWORD)
        settings = Settings(var_dir=demo_dir, _env_file=None, smtp_url=SecretStr(wrong))
        house = open_house(settings, FakeClock(), gateway_from(wrong, demo_dir / "outbox"))
        try:
            _say(house, "给王总写跟进邮件")
            _say(house, "发出去")
            clock = house.clock
            assert isinstance(clock, FakeClock)
            clock.pass_(600)
            tick(house)
            told = _say(house, "/actions") + caplog.text
        finally:
            house.close()
    assert PASSWORD not in told
