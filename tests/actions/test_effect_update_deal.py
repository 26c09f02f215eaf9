"""Changing a deal: at once and back, with proof or with a yes, never over somebody else's change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.cards import card_of
from knowledge.model import Deal, Interaction, Person, StageChange
from tests.fakes.deeds import GUESSED, TYPED, row, wish
from tests.fakes.firm import Firm

DAY = 24 * 3600


def change(
    firm: Firm, field: str, new: Any, *, key: str = "k1", evidence: dict[str, str] | None = None, **more: Any
) -> Outcome:
    one = {"field": field, "new": new} | ({"evidence": evidence} if evidence else {})
    more.setdefault("labels", {field: TYPED, "tool": TYPED})
    return wish(firm, "update_deal", {"changes": [one]}, key=key, **more)


def deal(firm: Firm, deal_id: str = "D-1") -> Deal:
    with firm.store.reading() as session:
        return session.get_one(Deal, deal_id)


def whole(firm: Firm) -> dict[str, Any]:
    with firm.store.reading() as session:
        steps = session.exec(select(StageChange)).all()
        notes = session.exec(select(Interaction)).all()
        return {
            "deal": session.get_one(Deal, "D-1").model_dump(),
            "steps": [one.model_dump() for one in steps],
            "notes": [one.model_dump() for one in notes],
        }


def test_a_step_forward_is_done_at_once_and_leaves_its_trace(firm: Firm) -> None:
    outcome = change(firm, "stage", "commit")
    assert (outcome.state, outcome.at_once) == (State.SCHEDULED, True)
    firm.performer.tick()
    assert deal(firm).stage == "commit"
    with firm.store.reading() as session:
        (step,) = session.exec(select(StageChange)).all()
    assert (step.stage, step.at) == ("commit", firm.clock())
    assert "成单确认" in row(firm, outcome).result["detail"]


@pytest.mark.parametrize(
    ("field", "new", "attribute", "stored"),
    [
        ("next_step", " 与王总视频会\n带方案 ", "next_step", "与王总视频会 带方案"),
        ("competitor", "锐影科技", "competitor", "锐影科技"),
        ("lost_reason", "价格", "lost_reason", "价格"),
        ("expected_close", "2026-12-15", "expected_close", datetime(2026, 12, 15, 10, tzinfo=UTC)),
        ("next_step_at", "2026-11-26T15:00", "next_step_at", datetime(2026, 11, 26, 7, tzinfo=UTC)),
    ],
)
def test_every_plain_field_is_changed_and_put_back(
    firm: Firm, field: str, new: str, attribute: str, stored: Any
) -> None:
    before = whole(firm)
    outcome = change(firm, field, new)
    assert outcome.state is State.SCHEDULED
    firm.performer.tick()
    assert getattr(deal(firm), attribute) == stored
    firm.clock.pass_(DAY - 60)
    assert firm.approvals.undo("p-lina", outcome.code).state is State.UNDONE
    assert whole(firm) == before


def test_after_a_day_it_stays(firm: Firm) -> None:
    outcome = change(firm, "competitor", "锐影科技")
    firm.performer.tick()
    firm.clock.pass_(DAY + 1)
    late = firm.approvals.undo("p-lina", outcome.code)
    assert late.status is Status.REFUSED
    assert "撤销时间已过" in late.reason
    assert deal(firm).competitor == "锐影科技"


@pytest.mark.parametrize(
    ("field", "new", "kind"),
    [
        ("stage", "discovery", "stage_back"),
        ("stage", "won", "close"),
        ("stage", "lost", "close"),
        ("owner", "p-chen", "owner"),
    ],
)
def test_what_weighs_waits_for_the_sellers_own_yes(firm: Firm, field: str, new: str, kind: str) -> None:
    before = whole(firm)
    outcome = change(firm, field, new)
    assert outcome.state is State.PENDING
    assert kind in row(firm, outcome).facts["changed_fields"]
    assert outcome.approvers == ("p-lina",)
    assert firm.approve("p-lina", outcome.code).state is State.SCHEDULED
    firm.performer.tick()
    assert row(firm, outcome).state == State.EXECUTED
    assert getattr(deal(firm), {"owner": "owner_id"}.get(field, field)) == new
    assert (deal(firm).closed_at is not None) == (new in ("won", "lost"))
    firm.approvals.undo("p-lina", outcome.code)
    assert whole(firm) == before


def test_a_large_amount_needs_the_manager_and_so_does_a_large_step_down(firm: Firm) -> None:
    up = change(firm, "amount", 130_000_000, key="up")
    down = change(firm, "amount", 5_000_000, key="down")  # 1 280 000 -> 50 000 yuan is a change of 1 230 000
    assert up.approvers == down.approvers == ("p-zhao",)
    with firm.store.session() as session:
        session.get_one(Deal, "D-1").amount_fen = 5_000_000
    small = change(firm, "amount", 9_000_000, key="small")
    assert small.approvers == ("p-lina",)
    assert firm.approve("p-lina", small.code).state is State.SCHEDULED
    firm.performer.tick()
    assert deal(firm).amount_fen == 9_000_000


def test_a_note_is_added_to_the_history_and_taken_out_again(firm: Firm) -> None:
    before = whole(firm)
    outcome = change(firm, "note", "客户预算要等年底审批")
    firm.performer.tick()
    with firm.store.reading() as session:
        (note,) = session.exec(select(Interaction)).all()
    assert (note.kind, note.text, note.deal_id, note.provenance) == (
        "note",
        "客户预算要等年底审批",
        "D-1",
        "crm_record",
    )
    firm.approvals.undo("p-lina", outcome.code)
    assert whole(firm) == before


def test_several_fields_go_together(firm: Firm) -> None:
    changes = [{"field": "next_step", "new": "签约"}, {"field": "next_step_at", "new": "2026-11-30T09:00"}]
    outcome = wish(firm, "update_deal", {"changes": changes})
    firm.performer.tick()
    assert deal(firm).next_step == "签约"
    assert deal(firm).next_step_at == datetime(2026, 11, 30, 1, tzinfo=UTC)
    with firm.store.reading() as session:
        card = card_of(session, row(firm, outcome))
    assert [line.value for line in card.lines] == ["∅ → 签约", "∅ → 2026-11-30 09:00"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([{"field": "stage", "new": "negotiation"}], "没有要改的"),
        ([{"field": "stage", "new": "moon"}], "没有阶段"),
        ([{"field": "amount", "new": -1}], "金额"),
        ([{"field": "amount", "new": "一百万"}], "金额"),
        ([{"field": "expected_close", "new": "下个月"}], "时间"),
        ([{"field": "owner", "new": "p-wu"}], "团队"),
        ([{"field": "owner", "new": "p-lin"}], "团队"),
        ([{"field": "owner", "new": "p-nobody"}], "同事"),
        ([{"field": "note", "new": "  "}], "备注"),
        ([{"field": "cost", "new": "1"}], "商机修改"),
        ([], "商机修改"),
        ([{"field": "competitor", "new": "A"}, {"field": "competitor", "new": "B"}], "两次"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    firm: Firm, changes: list[dict[str, Any]], words: str
) -> None:
    outcome = wish(firm, "update_deal", {"changes": changes})
    assert (outcome.status, outcome.action_id) == (Status.REFUSED, "")
    assert words in outcome.reason


def test_another_teams_deal_sounds_as_if_it_did_not_exist(firm: Firm) -> None:
    unknown = change(firm, "competitor", "x", key="a", about="D-999")
    foreign = change(firm, "competitor", "x", key="b", about="D-3")
    assert unknown.reason == foreign.reason
    assert change(firm, "competitor", "x", key="c", about="D-2").state is State.DENIED  # a mate's deal


class TestSomebodyElse:
    def test_a_change_in_between_stops_it(self, firm: Firm) -> None:
        outcome = change(firm, "owner", "p-chen")
        with firm.store.session() as session:
            session.get_one(Deal, "D-1").owner_id = "p-zhao"
            session.get_one(Person, "p-lina").roles = [
                "manager"
            ]  # still entitled, so that only the row differs
        firm.approve("p-lina", outcome.code)
        firm.performer.tick()
        done = row(firm, outcome)
        assert done.state == State.FAILED
        assert "别人改过" in done.result["detail"]
        assert deal(firm).owner_id == "p-zhao"

    def test_a_later_change_is_not_undone_away(self, firm: Firm) -> None:
        outcome = change(firm, "competitor", "锐影科技")
        firm.performer.tick()
        with firm.store.session() as session:
            session.get_one(Deal, "D-1").competitor = "蓝海"
        refused = firm.approvals.undo("p-lina", outcome.code)
        assert "之后又被改过" in refused.reason
        assert deal(firm).competitor == "蓝海"
        assert row(firm, outcome).state == State.EXECUTED

    def test_nothing_is_changed_by_half(self, firm: Firm) -> None:
        args = {"changes": [{"field": "competitor", "new": "锐影科技"}, {"field": "stage", "new": "won"}]}
        outcome = wish(firm, "update_deal", args)
        with firm.store.session() as session:
            session.get_one(Deal, "D-1").stage = "commit"
        firm.approve("p-lina", outcome.code)
        firm.performer.tick()
        assert row(firm, outcome).state == State.FAILED
        assert (deal(firm).competitor, deal(firm).stage) == ("", "commit")


class TestProof:
    """B30: what a machine wrote has words behind it, or a person."""

    @pytest.fixture
    def call(self, firm: Firm) -> str:
        with firm.store.session() as session:
            session.add(
                Interaction(
                    id="I-9", kind="call", at=firm.clock(), deal_id="D-1", account_id="A-1", team_id="t-1",
                    text="王总: 我们也在看锐影科技的方案。", provenance="call_transcript",
                )
            )  # fmt: skip
        return "I-9"

    def test_a_guess_waits_for_the_person(self, firm: Firm) -> None:
        outcome = change(firm, "competitor", "锐影科技", labels={"competitor": GUESSED, "tool": TYPED})
        assert outcome.approvers == ("p-lina",)
        assert row(firm, outcome).facts["tainted_args"] == ["competitor"]
        assert any("不是本人给出" in warning for warning in outcome.warnings)

    def test_verbatim_words_stand_in_for_the_person(self, firm: Firm, call: str) -> None:
        pointer = {"interaction_id": call, "quote": "也在看锐影科技的方案"}
        outcome = change(
            firm, "competitor", "锐影科技", evidence=pointer, labels={"competitor": GUESSED, "tool": TYPED}
        )
        assert outcome.state is State.SCHEDULED
        with firm.store.reading() as session:
            card = card_of(session, row(firm, outcome))
        assert any(call in line.value and "也在看锐影科技的方案" in line.value for line in card.lines)
        assert call in card.evidence

    def test_words_that_say_something_else_do_not(self, firm: Firm, call: str) -> None:
        pointer = {"interaction_id": call, "quote": "我们也在看"}
        outcome = change(
            firm, "competitor", "锐影科技", evidence=pointer, labels={"competitor": GUESSED, "tool": TYPED}
        )
        assert outcome.state is State.PENDING

    @pytest.mark.parametrize(
        "pointer", [("I-9", "我们只看锐影科技"), ("I-404", "锐影科技"), ("", "锐影科技")]
    )
    def test_a_made_up_quote_is_refused(self, firm: Firm, call: str, pointer: tuple[str, str]) -> None:
        evidence = {"interaction_id": pointer[0], "quote": pointer[1]}
        outcome = change(firm, "competitor", "锐影科技", evidence=evidence, labels={"competitor": GUESSED})
        assert outcome.action_id == ""

    def test_another_deals_words_prove_nothing(self, firm: Firm, call: str) -> None:
        with firm.store.session() as session:
            session.get_one(Interaction, call).deal_id = "D-3"
        evidence = {"interaction_id": call, "quote": "锐影科技的方案"}
        assert change(firm, "competitor", "锐影科技", evidence=evidence).action_id == ""

    def test_a_deed_nobody_asked_for_waits_however_well_it_is_proven(self, firm: Firm, call: str) -> None:
        pointer = {"interaction_id": call, "quote": "也在看锐影科技的方案"}
        labels = {"competitor": GUESSED, "tool": GUESSED}
        outcome = change(firm, "competitor", "锐影科技", evidence=pointer, labels=labels)
        assert outcome.approvers == ("p-lina",)
        assert "taint-choice" in [rule["id"] for rule in row(firm, outcome).decision["rules"]]


def test_the_same_wish_twice_is_one_action(firm: Firm) -> None:
    first = change(firm, "competitor", "锐影科技")
    assert change(firm, "competitor", "锐影科技").action_id == first.action_id
    firm.performer.tick()
    firm.performer.tick()
    assert row(firm, first).attempts == 1


def test_the_card_tells_old_and_new_in_both_languages(firm: Firm) -> None:
    outcome = change(firm, "stage", "won")
    with firm.store.reading() as session:
        zh, en = (card_of(session, row(firm, outcome), language) for language in ("zh", "en"))
    assert zh.headline == "更新商机: 阶段"
    assert en.headline == "Update the deal: stage"
    assert zh.lines[0].value == "谈判 (Negotiation) → 赢单 (Won)"
