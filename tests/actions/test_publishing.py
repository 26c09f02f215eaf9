"""Trackers and scorecards through the gate: a rep proposes, their manager agrees, nobody agrees to their own, all can be undone."""

from __future__ import annotations

from typing import Any

import pytest

from actions.action import ActionRequest, Outcome, State, Status
from actions.publishing import in_force
from knowledge import blueprints
from knowledge.blueprints.trackers import in_force as trackers_in
from knowledge.library import blueprints as rows
from knowledge.model import Person
from tests.fakes.firm import Firm

TRACKER = {"trackers": [{"id": "local", "name": "国产化", "keywords": ["信创", "国产替代"]}]}


def propose(firm: Firm, key: str, who: str = "p-lina", **args: Any) -> Outcome:
    with firm.store.reading() as session:
        team = session.get_one(Person, who).team_id or ""
    fields = {"kind": "trackers", "name": "local", "content": TRACKER, "reason": "客户常问"} | args
    return firm.gate.submit(
        ActionRequest(
            action="publish_blueprint", args=fields, resource_id=team, on_behalf_of=who, idempotency_key=key
        )
    )


def names(firm: Firm) -> set[str]:
    with firm.store.reading() as session:
        return {one.id for one in trackers_in(blueprints.all_active(session, "trackers"))}


def test_a_rep_proposes_and_the_manager_agrees(firm: Firm) -> None:
    asked = propose(firm, "a")
    assert asked.state is State.PENDING, asked.reason
    assert "local" not in names(firm)
    assert firm.approve("p-lina", asked.code).state is State.PENDING, "not one's own"
    firm.approve("p-zhao", asked.code)
    firm.performer.tick()
    assert {"local", "pricing"} <= names(firm)
    with firm.store.reading() as session:
        (row,) = rows.versions(session, "trackers", "local")
        assert (row.author_id, row.reviewer_id) == ("p-lina", "p-zhao")
    assert "生效" in propose(firm, "again").reason
    firm.approvals.undo("p-lina", asked.code)
    assert "local" not in names(firm)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"content": {"trackers": [{"id": "x", "name": "y", "patterns": ["(a+)+"]}]}}, "不能重复"),
        ({"content": {"trackers": []}}, "trackers"),
        ({"content": None}, "二者之一"),
        ({"content": None, "rollback": "abc"}, "0"),
        ({"kind": "policy"}, "kind"),
        ({"name": "大写"}, "name"),
    ],
)
def test_what_is_faulty_is_said_and_nothing_is_submitted(
    firm: Firm, changes: dict[str, Any], word: str
) -> None:
    said = propose(firm, "f", **changes)
    assert said.status is Status.REFUSED
    assert word in said.reason
    assert said.action_id == ""


def test_what_changed_meanwhile_is_proposed_again(firm: Firm) -> None:
    one, two = (
        propose(firm, "a"),
        propose(firm, "b", content={"trackers": [{**TRACKER["trackers"][0], "side": "customer"}]}),
    )
    for asked in (one, two):
        firm.approve("p-zhao", asked.code)
        firm.performer.tick()
    with firm.store.reading() as session:
        assert in_force(session, "trackers", "local").content == TRACKER, (
            "the second was proposed on other ground"
        )


def test_a_scorecard_of_ones_own_takes_two_as_well_and_can_go_back(firm: Firm) -> None:
    card = blueprints.default("scorecard") | {"id": "short", "own_first_days": 7}
    asked = propose(firm, "c", kind="scorecard", name="default", content=card)
    firm.approve("p-zhao", asked.code)
    firm.performer.tick()
    with firm.store.reading() as session:
        assert blueprints.active_or_default(session, "scorecard")["id"] == "short"
    back = propose(firm, "d", kind="scorecard", name="default", content=None, rollback="none")
    firm.approve("p-zhao", back.code)
    firm.performer.tick()
    with firm.store.reading() as session:
        assert blueprints.active_or_default(session, "scorecard")["id"] == "sales-talk"
