"""Forecast, risks, the worth of advice and the score walked through, on the demo company: sums, rights, sources, what-if."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from actions.counter import PersonDesk
from actions.forecast_view import ForecastAsk
from agents.skill import Turn
from agents.skills import SKILLS
from bot.inbox import Inbox
from bot.messages import Inbound
from bot.wiring import House
from knowledge.advice_log import entries
from knowledge.insight.advice import fates
from knowledge.insight.win import WinOdds
from knowledge.model import Deal, Person
from tests.fakes.clock import FakeClock

BY_NAME = {skill.name: skill for skill in SKILLS}
Q4 = (date(2026, 10, 1), date(2026, 12, 31))


def desk(house: House, who: str) -> PersonDesk:
    with house.store.reading() as session:
        person = session.get_one(Person, who)
    return PersonDesk(house.gate, house.search, person, channel="terminal")


def run(house: House, who: str, skill: str, language: str = "zh", **arguments: Any) -> tuple[str, Turn]:
    turn = Turn(desk=desk(house, who), text="", language=language)
    return BY_NAME[skill].run(turn, BY_NAME[skill].arguments.model_validate(arguments)), turn


def say(house: House, who: str, text: str, key: str) -> str:
    reply = Inbox(house).handle(
        Inbound(channel="terminal", person_id=who, thread="t", text=text, external_id=key)
    )
    return reply.text


def test_the_forecast_is_the_sum_of_what_each_deal_says(demo_house: House) -> None:
    who = desk(demo_house, "p-zhaolei")
    made = who.forecasts.made(ForecastAsk(since=Q4[0], until=Q4[1]))
    assert [book.currency for book in made.forecast.books] == ["CNY"]
    book = made.forecast.books[0]
    deals = {one.id: one for one in who.deals()}
    for one in book.deals:
        alone = who.scores.win(one.deal_id)
        if isinstance(alone, WinOdds):  # what is said of one deal and of all at once is the same number
            assert one.chance == alone.chance
    assert book.whole.weighted_fen == pytest.approx(
        sum(deals[d.deal_id].amount_fen * d.p for d in book.deals)
    )
    won = [
        one for one in deals.values()
        if one.stage == "won" and one.closed_at and Q4[0] <= (one.closed_at + timedelta(hours=8)).date() <= Q4[1]
    ]  # fmt: skip
    assert book.whole.won_fen == sum(one.amount_fen for one in won)
    assert book.low_fen <= book.total_fen <= book.high_fen
    text, turn = run(demo_house, "p-zhaolei", "forecast")
    assert f"({len(won)} 单)" in text
    assert "数据不够(n=0 个月" in text
    assert [one.name for one in turn.pictures] == ["pipeline.png"]
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", text)}
    assert marks == {one.n for one in turn.sources}


def test_the_funnel_counts_who_came_to_each_stage(demo_house: House) -> None:
    who = desk(demo_house, "p-zhaolei")
    counts = who.forecasts.counted(ForecastAsk())
    deals = who.deals()
    assert counts["discovery"][0] >= counts["proposal"][0] >= counts["commit"][0] > 0
    assert counts["discovery"][0] <= len(deals)
    assert {won for _, won in counts.values()} == {sum(one.stage == "won" for one in deals)}
    _, turn = run(demo_house, "p-zhaolei", "forecast", everything=True)
    assert [one.name for one in turn.pictures] == ["pipeline.png", "funnel.png"]


def test_booking_a_meeting_moves_the_forecast_by_what_was_said(demo_house: House) -> None:
    who = desk(demo_house, "p-lina")
    before = who.forecasts.made(ForecastAsk())
    gain, deal_id = max(
        (odds.with_meeting - odds.chance, key)
        for key, one in before.judged.items()
        if isinstance(odds := one.odds, WinOdds)
    )
    assert gain > 0
    with demo_house.store.session() as session:
        deal = session.get_one(Deal, deal_id)
        amount, currency = deal.amount_fen, deal.currency
        deal.next_step_at = demo_house.clock() + timedelta(days=2)
        session.add(deal)
    after = desk(demo_house, "p-lina").forecasts.made(ForecastAsk())

    def weighted(made: Any) -> float:
        return next(float(b.whole.weighted_fen) for b in made.forecast.books if b.currency == currency)

    assert weighted(after) - weighted(before) == pytest.approx(gain * amount, rel=1e-9)


@pytest.mark.parametrize("skill", ["forecast", "deal_risks"])
def test_only_deals_one_may_see_are_counted(demo_house: House, skill: str) -> None:
    seen = {one.id for one in desk(demo_house, "p-lina").deals()}
    text, turn = run(demo_house, "p-lina", skill, team=True)
    told = set(re.findall(r"D-\d+", text + " ".join(one.quote for one in turn.sources)))
    assert told
    assert told <= seen
    other, _ = run(demo_house, "p-lina", skill, team=True, team_id="t-south-1")
    unknown, _ = run(demo_house, "p-lina", skill, team=True, team_id="t-nowhere")
    assert other == unknown
    assert not re.findall(r"D-\d+", other)


def test_risks_have_their_dates_and_sources(demo_house: House) -> None:
    text, turn = run(demo_house, "p-zhaolei", "deal_risks", team=True, limit=50)
    warned = [line for line in text.splitlines() if "⚠" in line]
    assert len(warned) > 10
    assert all(re.search(r"\(自 20\d\d-\d\d-\d\d\)", line) and re.search(r"\[\d+\]", line) for line in warned)
    assert "各预警的商机数" in text
    only, _ = run(demo_house, "p-zhaolei", "deal_risks", team=True, warning="dead", limit=50)
    assert {"可能已经死单" in line for line in only.splitlines() if "⚠" in line} == {True}
    assert turn.focus["listed"][0].startswith("D-")


def test_the_walk_arrives_at_the_number_step_by_step(demo_house: House) -> None:
    text, turn = run(demo_house, "p-lina", "walk_score", deal="D-001")
    found = desk(demo_house, "p-lina").scores.win("D-001")
    assert isinstance(found, WinOdds)
    for step in ("1.", "2.", "3.", "4.", "5.", "6.", "7."):
        assert f"\n{step}" in text
    steps = re.findall(r"× ([\d.]+), ([\d.]+)% → ([\d.]+)%", text)
    assert len(steps) == len(found.scored.parts)
    for (_, _, after), (_, before, _) in pairwise(steps):
        assert after == before
    assert steps[-1][2] == f"{100 * found.chance:.1f}"
    base = (found.stage_won + found.prior_rows * found.stage_prior) / (found.stage_n + found.prior_rows)
    assert f"= {100 * base:.1f}%" in text
    assert {one.id for one in turn.sources} >= {"D-001"}
    assert found.learned is not None
    assert f"按本公司历史校准(n={found.learned.n} 个已关闭商机" in text
    for name, one in found.evidence.items():
        (part,) = (p for p in found.scored.parts if p.name == name)
        assert part.points == one.points
        assert (
            one.n == 0
            or f"(经验赔率 ×{math.exp(one.expert):.2f} 算 100 个;历史里有过此信号的 n={one.n},赢 {one.won};"
            in text
        )
    english, _ = run(demo_house, "p-lina", "walk_score", language="en", deal="D-001")
    assert f"calibrated to the company's own history (n={found.learned.n} closed deals" in english
    assert "Where it starts" in english


def test_a_walk_by_command_needs_no_deal_and_no_model(demo_house: House) -> None:
    text = say(demo_house, "p-lina", "/explain score", "e1")
    assert text.startswith("走一遍:")
    assert say(demo_house, "p-lina", "/explain", "e2") == "用法: /explain score [商机]"
    assert "[1]" in say(demo_house, "p-lina", "/source 1", "e3")


def test_the_story_of_a_day_is_in_the_ledger(demo_house: House) -> None:
    clock = demo_house.clock
    assert isinstance(clock, FakeClock)
    said = ("今天先跟谁?", "华东医疗这单能成吗?", "这单报多少合适?", "给王总写封跟进邮件", "发出去")
    for n, text in enumerate(said):
        say(demo_house, "p-lina", text, f"m{n}")
        clock.pass_(40)
    say(demo_house, "p-lina", said[0], "m0")  # told twice: one line
    with demo_house.store.reading() as session:
        found = fates(entries(session))
    kinds = {one.kind for one in found}
    assert kinds >= {"next_step", "win", "price", "email"}
    assert all(one.shown_at is not None for one in found)
    mails = [one for one in found if one.kind == "email"]
    assert [one.mode for one in mails] == ["as_is"]
    text, _ = run(demo_house, "p-lina", "advice_report")
    assert "邮件草稿:展示 1,原样 1" in text
    assert "您自己" in text
    manager, _ = run(demo_house, "p-zhaolei", "advice_report", language="en")
    assert "e-mail drafts: shown 1, as is 1" in manager
    assert "yourself" not in manager
    mate, _ = run(demo_house, "p-chenhao", "advice_report")
    assert "邮件草稿" not in mate


def test_no_floor_and_no_cost_is_in_the_ledger(demo_house: House) -> None:
    run(demo_house, "p-zhaolei", "price_range", deal="D-001")
    with demo_house.store.reading() as session:
        log = str([vars(one) for one in entries(session)])
    assert "floor" not in log
    assert "cost" not in log


def test_yesterdays_forecast_is_on_record_once(demo_house: House) -> None:
    clock = demo_house.clock
    assert isinstance(clock, FakeClock)
    assert demo_house.rounds.forecaster.tick()
    assert not demo_house.rounds.forecaster.tick()
    said = desk(demo_house, "p-zhaolei").forecasts.made(ForecastAsk()).forecast.books[0]
    clock.pass_(86_400)
    with demo_house.store.session() as session:
        deal = session.get_one(Deal, said.deals[0].deal_id)
        deal.stage, deal.closed_at = "won", clock()
        session.add(deal)
    record = desk(demo_house, "p-zhaolei").forecasts.made(ForecastAsk()).record
    assert record.n == 1
    assert desk(demo_house, "p-sunyue").forecasts.made(ForecastAsk()).record.n == 0


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("这个季度能做多少?", "业绩预测"), ("团队这个季度能做多少", "业绩预测"), ("what will we close this quarter?", "Forecast for"),
        ("哪些单子有风险?", "有预警"), ("which deals are at risk", "with warnings"),
        ("这个月你的建议采纳率怎么样?", "我的建议"), ("how good are your predictions?", "My advice"),
        ("走一遍", "走一遍"), ("walk me through the score", "Step by step"),
    ],
)  # fmt: skip
def test_the_stories_are_understood_without_a_model(demo_house: House, text: str, skill: str) -> None:
    assert skill in say(demo_house, "p-zhaolei" if "团队" in text else "p-lina", text, text)
