"""A label is cleared by a human edit or a look-up by key, never in silence; every effect sees every tainted choice."""

from __future__ import annotations

import json

import pytest

from actions import record
from actions.action import State
from actions.tables import Action, AuditRecord
from tests.fakes.firm import Firm

CLEAN = frozenset({"crm_record"})
MODEL = frozenset({"llm_inferred", "inbound_mail"})


def _cleared(firm: Firm, action_id: str) -> list[AuditRecord]:
    with firm.store.reading() as session:
        return [row for row in record.history(session, action_id) if row.event == "labels_cleared"]


def test_an_edit_writes_down_which_labels_it_cleared_and_who_did_it(firm: Firm) -> None:
    sent = firm.send(labels={"to": CLEAN, "body": MODEL, "contact": MODEL})
    assert sent.state is State.PENDING
    edited = firm.approvals.edit("p-lina", sent.action_id, {"body": "我自己写的话。"})
    (line,) = _cleared(firm, edited.action_id)
    assert line.actor == "p-lina"
    assert {name: line.detail[name] for name in line.detail if name != "row"} == {
        "cleared": {"body": {"labels": ["inbound_mail", "llm_inferred"], "by": "person:p-lina"}}
    }
    with firm.store.reading() as session:
        assert session.get_one(Action, edited.action_id).labels["body"] == ["rep_input"]
        assert session.get_one(Action, edited.action_id).labels["contact"] == sorted(MODEL)
        assert record.verify(session).ok


def test_a_managers_edit_is_the_managers(firm: Firm) -> None:
    sent = firm.send(labels={"to": CLEAN, "body": MODEL}, body="可以给到 12% 的折扣。\n", discount_bp=1200)
    edited = firm.approvals.edit(
        "p-zhao", sent.action_id, {"body": "可以给到 11% 的折扣。", "discount_bp": 1100}
    )
    (line,) = _cleared(firm, edited.action_id)
    assert line.actor == "p-zhao"
    assert line.detail["cleared"]["body"]["by"] == "person:p-zhao"


def test_writing_the_recipient_is_picking_the_person(firm: Firm) -> None:
    sent = firm.send(labels={"to": MODEL, "contact": MODEL, "body": frozenset({"approved_template"})})
    edited = firm.approvals.edit(
        "p-lina", sent.action_id, {"to": [{"address": "wang@hd.example.com", "name": "王"}]}
    )
    with firm.store.reading() as session:
        labels = session.get_one(Action, edited.action_id).labels
    assert labels["to"] == ["rep_input"]
    assert "contact" not in labels


def test_an_edit_of_something_clean_clears_nothing(firm: Firm) -> None:
    sent = firm.send()
    edited = firm.approvals.edit("p-lina", sent.action_id, {"subject": "改过"})
    assert _cleared(firm, edited.action_id) == []


def test_a_look_up_by_key_is_written_down_with_its_record(firm: Firm) -> None:
    how = {"to": {"labels": ["inbound_mail"], "by": "contact:C-1"}}
    sent = firm.send(request={"cleared": how})
    (line,) = _cleared(firm, sent.action_id)
    assert line.detail["cleared"] == how
    assert "wang" not in json.dumps(line.detail)


@pytest.mark.parametrize("choice", ["tool", "deal", "draft", "contact"])
def test_a_choice_that_was_not_the_persons_waits_for_their_yes(firm: Firm, choice: str) -> None:
    sent = firm.send(labels={"to": CLEAN, "body": frozenset({"approved_template"}), choice: MODEL})
    assert sent.state is State.PENDING
    assert sent.approvers == ("p-lina",)
    with firm.store.reading() as session:
        row = session.get_one(Action, sent.action_id)
        assert row.facts["tainted_args"] == [choice]
        assert "taint-choice" in {rule["id"] for rule in row.decision["rules"]}
    assert firm.approve("p-lina", sent.action_id).state is State.SCHEDULED
