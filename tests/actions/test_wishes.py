"""Asking again: what is over may be wished anew, what stands or waits is not doubled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actions.action import ActionRequest, Outcome, State
from actions.counter import PersonDesk
from actions.wishes import fresh_key
from knowledge.model import Deal, Person
from knowledge.search import Search
from tests.fakes.deeds import row
from tests.fakes.firm import Firm


@pytest.fixture
def lina(firm: Firm, tmp_path: Path) -> PersonDesk:
    with firm.store.reading() as session:
        person = session.get_one(Person, "p-lina")
    return PersonDesk(
        gate=firm.gate, search=Search(firm.store, tmp_path / "index"), asker=person, conversation_id="cv-1"
    )


def ask(desk: PersonDesk, action: str = "create_task", **args: Any) -> Outcome:
    args = args or {"title": "打电话"}
    return desk.submit(
        ActionRequest(
            action=action, args=args, resource_id="D-1", on_behalf_of="p-lina", idempotency_key=f"{action}:x"
        )
    )


def test_what_stands_is_not_doubled(firm: Firm, lina: PersonDesk) -> None:
    first = ask(lina)
    assert ask(lina).action_id == first.action_id
    firm.performer.tick()
    assert ask(lina).action_id == first.action_id
    assert len(lina.tasks()) == 1


def test_what_was_taken_back_may_be_asked_for_again(firm: Firm, lina: PersonDesk) -> None:
    first = ask(lina)
    firm.performer.tick()
    firm.approvals.undo("p-lina", first.code)
    second = ask(lina)
    assert second.action_id != first.action_id
    firm.performer.tick()
    firm.approvals.undo("p-lina", second.code)
    assert ask(lina).action_id not in (first.action_id, second.action_id)


def test_a_refusal_of_yesterday_is_judged_anew(firm: Firm, lina: PersonDesk) -> None:
    with firm.store.session() as session:
        session.get_one(Deal, "D-1").owner_id = "p-chen"
    first = ask(lina)
    assert first.state is State.DENIED
    with firm.store.session() as session:
        session.get_one(Deal, "D-1").owner_id = "p-lina"
    assert ask(lina).state is State.SCHEDULED


def test_a_change_that_was_done_and_turned_back_by_somebody_is_a_new_wish(
    firm: Firm, lina: PersonDesk
) -> None:
    change = {"changes": [{"field": "competitor", "new": "锐影科技"}]}
    first = ask(lina, "update_deal", **change)
    firm.performer.tick()
    with firm.store.session() as session:
        session.get_one(Deal, "D-1").competitor = ""
    second = ask(lina, "update_deal", **change)
    assert second.action_id != first.action_id
    firm.performer.tick()
    assert row(firm, second).state == State.EXECUTED


def test_a_wish_belongs_to_its_conversation(firm: Firm, lina: PersonDesk) -> None:
    assert row(firm, ask(lina)).conversation_id == "cv-1"


def test_the_key_of_a_first_wish_is_its_own(firm: Firm) -> None:
    request = ActionRequest(
        action="create_task", args={}, resource_id="D-1", on_behalf_of="p-lina", idempotency_key="k"
    )
    with firm.store.reading() as session:
        assert fresh_key(session, request) == "k"
