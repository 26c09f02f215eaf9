"""The warnings of D4: each at its threshold, with the date since when it holds; dead is not stalled; boards differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from knowledge import blueprints
from knowledge.blueprints.process import Process
from knowledge.insight.warnings import RULES, DealWarning, deal_warnings
from knowledge.library import forecasts
from knowledge.model import Account, Deal, ForecastRow, Person, StageChange, Team
from knowledge.snapshot import DealFacts, deal_facts, many_facts
from knowledge.stage_times import put_off, usual_days
from knowledge.store import Store
from tests.fakes.company import desk
from tests.fakes.company_history import NOW, ago, interaction, talk

PROCESS = Process.model_validate(blueprints.default("process"))


def facts(**changes: Any) -> DealFacts:
    found = desk().deal("D-001")
    assert found is not None
    return replace(found, **changes)


def fired(of: DealFacts, name: str, process: Process = PROCESS) -> list[DealWarning]:
    return [one for one in deal_warnings(of, process) if one.id == name]


def heard(days: float) -> Any:
    return interaction("I-9", "mail", days, direction="inbound", contact_id="C-001", text="再联系。")


def test_every_rule_has_a_date_not_later_than_now() -> None:
    old = facts(
        interactions=(), stages=(StageChange(id="s", deal_id="D-001", stage="negotiation", at=ago(90)),)
    )
    late = replace(
        old, deal=old.deal.model_copy(update={"expected_close": ago(3)}), contacts=old.contacts[:1]
    )
    found = {one.id: one for one in deal_warnings(late, PROCESS)}
    assert set(found) >= {
        "overdue",
        "no_activity",
        "dead",
        "stalled_in_stage",
        "no_power",
        "not_enough_contacts",
    }
    assert set(found) <= set(RULES)
    for one in found.values():
        assert one.since is not None, one.id
        assert one.since <= NOW, one.id


@pytest.mark.parametrize(
    ("days", "reachable", "dead"), [(13, 1, False), (14, 1, True), (14, 2, False), (60, 0, True)]
)
def test_dead_is_silent_with_nobody_else_to_reach(days: int, reachable: int, dead: bool) -> None:
    found = fired(facts(interactions=(heard(days),), contacts=facts().contacts[:reachable]), "dead")
    assert bool(found) == dead
    if dead:
        assert found[0].since == ago(days) + timedelta(days=14)


@pytest.mark.parametrize(
    ("entered", "last", "stalled"), [(21, 2, True), (20, 2, False), (40, 22, False), (40, None, False)]
)
def test_stalled_is_replying_without_moving_on(entered: int, last: int | None, stalled: bool) -> None:
    step = StageChange(id="s", deal_id="D-001", stage="negotiation", at=ago(entered))
    said = (heard(last),) if last is not None else ()
    found = fired(facts(stages=(step,), interactions=said), "stalled")
    assert bool(found) == stalled
    if stalled:
        assert found[0].since == NOW - timedelta(days=entered - 21)


def test_a_stage_is_measured_against_what_won_deals_needed() -> None:
    step = StageChange(id="s", deal_id="D-001", stage="negotiation", at=ago(40))
    slow = facts(stages=(step,), usual_days={"negotiation": (45.0, 12)})
    assert fired(slow, "stalled_in_stage") == []
    quick = facts(stages=(step,), usual_days={"negotiation": (12.0, 12)})
    assert "阈值 30" in fired(quick, "stalled_in_stage")[0].reason
    older = replace(slow, stages=(StageChange(id="s", deal_id="D-001", stage="negotiation", at=ago(46)),))
    found = fired(older, "stalled_in_stage")[0]
    assert "P75,n=12" in found.reason
    assert found.since == ago(46) + timedelta(days=45)


def test_put_off_twice_is_a_warning_with_its_days() -> None:
    assert fired(facts(pushed=("2026-11-02",)), "overdue") == []
    found = fired(facts(pushed=("2026-11-02", "2026-11-15")), "overdue")
    assert len(found) == 1
    assert "2 次(2026-11-02、2026-11-15)" in found[0].reason


def test_a_close_that_comes_nearer_is_not_put_off() -> None:
    days = [
        (f"2026-11-{n:02d}", NOW + timedelta(days=d))
        for n, d in ((1, 10), (2, 10), (3, 20), (4, 15), (5, 30))
    ]
    assert put_off(days, NOW + timedelta(days=30), NOW) == ("2026-11-03", "2026-11-05")
    assert put_off(days[:2], NOW + timedelta(days=40), NOW) == (NOW.date().isoformat(),)
    assert put_off((), None, NOW) == ()


def test_a_board_has_thresholds_of_its_own_and_may_switch_a_rule_off() -> None:
    silent = facts(interactions=(heard(16),))
    assert fired(silent, "no_activity")
    content = blueprints.default("process") | {
        "boards": {"t-east-1": {"no_activity_days": 20, "off": ["no_power"]}}
    }
    assert blueprints.lint("process", content) == ()
    board = Process.model_validate(content)
    assert fired(silent, "no_activity", board) == []
    assert board.limits("t-south-1") == board.warnings
    wrong = content | {"boards": {"t-east-1": {"no_activity_day": 20}}}
    assert "boards.t-east-1.no_activity_day" in blueprints.lint("process", wrong)[0]


def test_a_red_flag_is_dated_by_the_words() -> None:
    row = interaction("I-8", "call", 6, **talk(("王建国", "customer", "这个项目我们先暂缓。")))
    found = fired(facts(interactions=(row,)), "red_flag")[0]
    assert (found.since, found.quote, found.source_id) == (row.at, "这个项目我们先暂缓。", "I-8")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'w.db'}")
    SQLModel.metadata.create_all(store.engine)
    with store.session() as session:
        session.add(Team(id="t", name="t"))
        session.flush()
        session.add(Person(id="p", name="p", team_id="t", roles=["rep"]))
        session.add(Account(id="a", name="a"))
        session.flush()
        for n in range(8):
            base: dict[str, Any] = {
                "account_id": "a",
                "owner_id": "p",
                "team_id": "t",
                "created_at": ago(100),
            }
            session.add(Deal(id=f"D-{n}", name="d", stage="won", closed_at=ago(10), **base))
            session.flush()
            session.add(StageChange(id=f"s{n}a", deal_id=f"D-{n}", stage="discovery", at=ago(60)))
            session.add(StageChange(id=f"s{n}b", deal_id=f"D-{n}", stage="proposal", at=ago(60 - n)))
        session.add(Deal(id="D-9", name="d", stage="proposal", expected_close=NOW, **base))
    yield store
    store.close()


def test_the_usual_time_is_the_third_quartile_and_follows_the_rows(store: Store) -> None:
    with store.session() as session:
        assert usual_days(session, NOW)["discovery"] == (pytest.approx(5.25), 8)
        assert usual_days(session, NOW)["proposal"] == (pytest.approx(48.25), 8)
        assert usual_days(session, ago(20)) == {}
        session.add(StageChange(id="more", deal_id="D-0", stage="negotiation", at=ago(13)))
        session.flush()
        assert usual_days(session, NOW)["proposal"][0] == pytest.approx(47.25)


def test_facts_of_many_are_the_facts_of_each_with_the_days_it_was_put_off(store: Store) -> None:
    with store.session() as session:
        for day, close in (("2026-11-20", ago(5)), ("2026-11-21", ago(1))):
            row = ForecastRow(id=f"{day}:D-9", day=day, deal_id="D-9", owner_id="p", expected_close=close)
            assert forecasts.add_day(session, day, NOW, {}, [row])
        assert not forecasts.add_day(session, "2026-11-20", NOW, {}, [])
        deals = [session.get_one(Deal, one) for one in ("D-9", "D-0")]
        many = many_facts(session, deals, NOW)
        assert many == [deal_facts(session, one.id, NOW) for one in deals]
        assert many[0].pushed == ("2026-11-21", "2026-11-23")
