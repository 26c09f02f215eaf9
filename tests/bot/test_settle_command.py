"""`/settle` in the chat and `chengdan settle`: a person who has looked closes an unknown end."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from sqlmodel import select

from actions.tables import Action
from bot.inbox import Inbox
from bot.messages import Inbound
from bot.wiring import House
from knowledge.store import Store

from .conftest import Run


def say(house: House, who: str, text: str) -> str:
    inbound = Inbound(channel="t", person_id=who, thread="t", text=text, external_id=uuid.uuid4().hex)
    return Inbox(house).handle(inbound).text


def unknown(store: Store) -> str:
    with store.session() as session:
        row = session.exec(select(Action)).one()
        row.state, row.finished_at = "unknown", row.created_at
        session.add(row)
        return row.code


@pytest.mark.parametrize(
    ("words", "state", "expect"),
    [("sent", "executed", "已执行"), ("已发出", "executed", "已执行"), ("没有发出", "failed", "执行失败")],
)
def test_in_the_chat(demo_house: House, words: str, state: str, expect: str) -> None:
    say(demo_house, "p-lina", "帮我给华东医疗王总写封跟进邮件")
    say(demo_house, "p-lina", "发出去")
    code = unknown(demo_house.store)
    demo_house.performer.outward = False  # the outbox could be asked, and would answer first
    assert "/settle" in say(demo_house, "p-lina", "/settle")
    assert "用法" in say(demo_house, "p-lina", f"/settle {code} 也许")
    assert "没有找到" in say(demo_house, "p-wuting", f"/settle {code} sent")
    assert expect in say(demo_house, "p-lina", f"/settle {code} {words}")
    with demo_house.store.reading() as session:
        assert session.exec(select(Action.state)).one() == state


def test_on_the_command_line(run: Run, demo_dir: Path) -> None:
    thread = run("ask", "--as", "p-lina", "--json", "帮我给华东医疗王总写封跟进邮件").json["thread"]
    run("ask", "--as", "p-lina", "--thread", thread, "发出去")
    store = Store(f"sqlite:///{demo_dir / 'chengdan.db'}")
    code = unknown(store)
    store.close()
    assert run("settle", code, "perhaps", "--as", "p-lina").code == 2
    assert run("settle", "ZZZZ", "sent", "--as", "p-lina").code == 3
    assert run("settle", code, "not_sent", "--as", "p-lina", "--json").json["state"] == "failed"
    assert run("audit", "verify").code == 0
