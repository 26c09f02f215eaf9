"""The ledger of advice: every line is written by a deed, once, in the deed's own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.action import ActionRequest
from actions.advice import ledger
from actions.advice.desk import AdviceDesk
from actions.advice.following import Follower
from actions.advice_view import Piece
from actions.rows import Rows
from knowledge.advice_log import entries
from knowledge.blueprints import default, publish
from knowledge.insight.advice import Fate, fates
from knowledge.library import advice as log
from knowledge.model import Deal, Interaction, Judgement, Offer, Person, Suggestion
from tests.fakes.firm import BODY, Firm, founded


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firm]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    firm = founded(tmp_path, url)
    yield firm
    firm.store.close()


def draft(firm: Firm, key: str = "dr-1", body: str = BODY) -> str:
    with firm.store.session() as session:
        row = Suggestion(
            id=key, kind="email", person_id="p-lina", deal_id="D-1", payload={"subject": "会议安排", "body": body},
            created_at=firm.clock(), expires_at=firm.clock() + timedelta(days=7),
        )  # fmt: skip
        session.add(row)
        session.flush()
        ledger.begin(session, row, "terminal")
        ledger.shown(session, [key], "p-lina", firm.clock(), channel="terminal", cause="m1")
    firm.clock.pass_(30)
    return key


def mail(firm: Firm, key: str, **args: Any) -> ActionRequest:
    return firm.mail(key, request={"suggestion_id": args.pop("suggestion", "dr-1")}, **args)


def fate(firm: Firm, key: str = "dr-1") -> Fate:
    with firm.store.reading() as session:
        return next(one for one in fates(entries(session)) if one.suggestion_id == key)


def lines(firm: Firm, key: str = "dr-1") -> list[str]:
    with firm.store.reading() as session:
        return sorted(one.event for one in log.events_of(session, key))


def give(firm: Firm, *pieces: Piece, who: str = "p-lina") -> list[str]:
    with firm.store.session() as session:
        person = session.get_one(Person, who)
        rows = ledger.give(session, person, pieces, firm.clock(), conversation_id="", channel="terminal")
        ids = [row.id for row in rows]
        ledger.shown(session, ids, who, firm.clock(), channel="terminal", cause="m1")
    firm.clock.pass_(60)
    return ids


def look(firm: Firm) -> int:
    return Follower(firm.store, firm.clock).look()


def test_sent_as_drafted_is_taken_as_is_and_asking_twice_is_one_line(house: Firm) -> None:
    draft(house)
    first = house.gate.submit(mail(house, "k1"))
    again = house.gate.submit(mail(house, "k1"))
    assert first.action_id == again.action_id
    found = fate(house)
    assert (found.mode, found.reason) == ("as_is", "")
    assert lines(house).count("accepted") == 1
    assert found.acted_by == {"p-lina"}


def test_an_edit_before_sending_is_measured_against_the_draft(house: Firm) -> None:
    draft(house)
    sent = house.gate.submit(mail(house, "k1"))
    changed = BODY.replace(
        "附上会议安排，方便时请告知您的时间。", "会议安排见附件，如果您方便，请回信说一下时间。"
    )
    house.clock.pass_(5)
    edited = house.approvals.edit("p-lina", sent.code, {"body": changed})
    assert edited.action_id != sent.action_id
    found = fate(house)
    assert found.mode == "edited"
    assert found.edit_ratio is not None
    assert 0.1 < found.edit_ratio <= 0.5


def test_four_fifths_rewritten_is_not_accepted(house: Firm) -> None:
    draft(house)
    sent = house.gate.submit(mail(house, "k1"))
    house.clock.pass_(5)
    house.approvals.edit(
        "p-lina",
        sent.code,
        {"body": "王总您好，下周二上午十点在贵司三楼见，样机与方案一并带到。李娜", "subject": "周二见"},
    )
    found = fate(house)
    assert (found.mode, found.reason) == ("", "rewritten")
    assert found.edit_ratio is not None
    assert found.edit_ratio > 0.5


def test_a_refusal_by_an_approver_and_taking_back_are_on_record(house: Firm) -> None:
    draft(house)
    priced = house.gate.submit(mail(house, "k2", body=BODY + "可以给到 12% 的折扣。\n", discount_bp=1200))
    assert fate(house).mode == "edited"
    house.clock.pass_(5)
    house.approvals.reject("p-zhao", priced.code, "先不给")
    assert (fate(house).mode, fate(house).reason) == ("", "rejected")
    draft(house, "dr-2")
    sent = house.gate.submit(mail(house, "k3", suggestion="dr-2"))
    house.clock.pass_(5)
    house.approvals.undo("p-lina", sent.code)
    found = fate(house, "dr-2")
    assert found.mode == "as_is" or found.reason == "withdrawn"
    assert found.undone_at is not None or found.reason == "withdrawn"


def test_somebody_elses_suggestion_is_not_followed(house: Firm) -> None:
    draft(house)
    other = mail(house, "k4")
    stranger = ActionRequest(**{**vars(other), "on_behalf_of": "p-chen", "resource_id": "D-2"})
    house.gate.submit(stranger)
    assert lines(house) == ["shown", "suggested"]


def test_a_broken_deed_leaves_no_line(house: Firm) -> None:
    draft(house)

    def breaks() -> None:
        with house.store.session() as session:
            house.gate.enter(session, mail(house, "k5"))
            assert session.get_one(Suggestion, "dr-1").status == "accepted"
            raise RuntimeError("the transaction breaks")

    with pytest.raises(RuntimeError):
        breaks()
    assert lines(house) == ["shown", "suggested"]


def test_the_same_advice_on_the_same_day_is_one_suggestion(house: Firm) -> None:
    piece = Piece(kind="win", deal_id="D-1", said={"chance": 0.6, "version": "prior"})
    assert give(house, piece) == give(house, piece)
    house.clock.pass_(86_400)
    assert len({*give(house, piece), *give(house, piece)}) == 1


def test_a_next_step_is_taken_by_turning_to_the_customer(house: Firm) -> None:
    taken, ignored = give(
        house, Piece(kind="next_step", deal_id="D-1"), Piece(kind="next_step", deal_id="D-2")
    )
    with house.store.session() as session:
        for key, direction, hours in (("I-0", "inbound", 1), ("I-1", "outbound", 3)):
            session.add(
                Interaction(
                    id=key, kind="mail", at=house.clock() + timedelta(hours=hours), deal_id="D-1", person_id="p-lina",
                    direction=direction, text="您好",
                )
            )  # fmt: skip
    house.clock.pass_(4 * 3600)
    assert look(house) == 1
    assert look(house) == 0
    assert fate(house, taken).mode == "as_is"
    assert fate(house, ignored).expired_at is None
    house.clock.pass_(4 * 86_400)
    look(house)
    assert fate(house, ignored).expired_at is not None


@pytest.mark.parametrize(
    ("unit", "mode", "reason"),
    [
        (1000_00, "as_is", ""),
        (1040_00, "edited", ""),
        (980_00, "edited", ""),
        (700_00, "", "rewritten"),
        (300_00, "", "rewritten"),
    ],
)
def test_a_price_is_taken_by_the_offer_that_uses_it(house: Firm, unit: int, mode: str, reason: str) -> None:
    content = {"product_id": "P-1", "target_fen": 1000_00, "ceiling_fen": 1100_00, "currency": "CNY"}
    (key,) = give(house, Piece(kind="price", deal_id="D-1", content=content))
    line: dict[str, str | int] = {
        "product_id": "P-1",
        "name": "影像平台",
        "quantity": 1,
        "unit_price_fen": unit,
    }
    with house.store.session() as session:
        session.add(
            Offer(id="O-9", deal_id="D-1", version=2, lines=[line], total_fen=unit, created_at=house.clock())
        )
    house.clock.pass_(60)
    look(house)
    found = fate(house, key)
    assert (found.mode, found.reason) == (mode, reason)


def test_a_talk_track_is_taken_when_its_words_are_said(house: Firm) -> None:
    text = "我理解预算有限，我们先把三年总成本算清楚，再看怎么分期付款最合适。"
    used, unused = give(
        house,
        Piece(kind="talk_track", deal_id="D-1", content={"text": text, "track": "a"}),
        Piece(kind="talk_track", deal_id="D-1", content={"text": "价格包含安装、培训和两年质保，和友商同口径比一比。", "track": "b"}),
    )  # fmt: skip
    said = "喂王总，" + text.replace("有限", "紧张") + "您看周四方便吗？"
    with house.store.session() as session:
        session.add(
            Interaction(
                id="I-7", kind="call", at=house.clock(), deal_id="D-1", person_id="p-lina", text=said,
                segments=[{"speaker": "李娜", "side": "rep", "text": said, "start": 0.0, "end": 9.0}],
            )
        )  # fmt: skip
    house.clock.pass_(60)
    look(house)
    assert fate(house, used).mode == "as_is"
    assert fate(house, unused).mode == ""


@pytest.mark.parametrize(
    ("kinds", "mode", "reason"), [(["banned"], "as_is", ""), (["question"], "", "again")]
)
def test_coaching_is_followed_when_the_next_call_is_without_it(
    house: Firm, kinds: list[str], mode: str, reason: str
) -> None:
    (key,) = give(house, Piece(kind="coaching", deal_id="D-1", content={"call": "I-1", "point": "question"}))
    with house.store.session() as session:
        session.add(
            Interaction(id="I-2", kind="call", at=house.clock(), deal_id="D-1", person_id="p-lina", text="x")
        )
        session.flush()
        points = [{"kind": one} for one in kinds]
        session.add(
            Judgement(
                id="jd-2", kind="review", interaction_id="I-2", person_id="p-lina", transcript_hash="h", version="v",
                model="m", content={"points": points}, created_at=house.clock(),
            )
        )  # fmt: skip
    house.clock.pass_(60)
    look(house)
    assert (fate(house, key).mode, fate(house, key).reason) == (mode, reason)


def test_a_closed_deal_is_the_outcome_of_all_advice_about_it(house: Firm) -> None:
    (key,) = give(house, Piece(kind="win", deal_id="D-1", said={"chance": 0.7}))
    with house.store.session() as session:
        deal = session.get_one(Deal, "D-1")
        deal.stage, deal.closed_at = "won", house.clock()
        session.add(deal)
    house.clock.pass_(60)
    assert look(house) == 1
    assert look(house) == 0
    found = fate(house, key)
    assert found.won is True
    assert found.outcome["amount_fen"] == 128_000_000


def test_an_erased_draft_can_still_be_followed(house: Firm) -> None:
    draft(house)
    with house.store.session() as session:
        row = session.get_one(Suggestion, "dr-1")
        row.payload = {"erased": True}
        session.add(row)
    house.gate.submit(mail(house, "k1"))
    assert fate(house).reason == "rewritten"


def desk(firm: Firm, who: str) -> AdviceDesk:
    with firm.store.reading() as session:
        person = session.get_one(Person, who)
    return AdviceDesk(firm.store, firm.clock, lambda at: Rows(at, firm.gate.judge_for(at), person), person)


def test_a_colleague_reads_their_own_and_a_manager_the_teams(house: Firm) -> None:
    give(house, Piece(kind="next_step", deal_id="D-1"))
    give(house, Piece(kind="next_step", deal_id="D-2"), who="p-chen")
    give(house, Piece(kind="next_step", deal_id="D-3"), who="p-wu")
    since, until = house.clock() - timedelta(days=1), house.clock() + timedelta(days=1)

    def shown(who: str, team: str = "") -> int | None:
        found = desk(house, who).measured(since, until, team)
        return found.report.figures["acceptance"].n if found else None

    assert [shown(who) for who in ("p-lina", "p-chen", "p-wu")] == [1, 1, 1]
    assert shown("p-zhao") == 2
    assert shown("p-qian") == 0
    assert shown("p-zhou") == 2
    assert shown("p-audit") == 3
    assert shown("p-gao") == 0
    assert shown("p-qian", "t-1") is None
    assert shown("p-audit", "t-3") == 1


def test_the_comparison_begins_when_there_are_enough_deals(house: Firm) -> None:
    people = desk(house, "p-lina")
    assert people.arms("next_step", ["D-1"]) == {}
    with house.store.session() as session:
        rules = default("advice") | {"holdout_from_deals": 3, "holdout_pct": 50}
        publish(session, "advice", "default", rules, None, now=house.clock())
    drawn = people.arms("next_step", [f"D-{n}" for n in range(200)])
    assert 70 < list(drawn.values()).count("held_out") < 130
    assert people.arms("price", ["D-1"]) == {}
