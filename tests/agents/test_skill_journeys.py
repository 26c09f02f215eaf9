"""Journeys, stages, churn and touch numbers in chat: said with n and rows, understood offline, inside row rights."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from actions.counter import PersonDesk
from actions.journey.churning import Churning
from agents.offline.understand import understand
from agents.skill import Turn
from agents.skills import SKILLS
from bot.wiring import House
from knowledge import blueprints
from knowledge.model import Account, Person
from knowledge.names import NameIndex
from tests.fakes.company import desk as fake_desk
from tests.fakes.journeys import FakeJourneys, message, payment, touch
from tests.fakes.sales_names import ENTRIES

BY_NAME = {skill.name: skill for skill in SKILLS}
NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def desk(house: House, who: str) -> PersonDesk:
    with house.store.reading() as session:
        return PersonDesk(house.gate, house.search, session.get_one(Person, who))


def said(house: House, who: str, skill: str, language: str = "zh", **arguments: object) -> tuple[str, Turn]:
    turn = Turn(desk=desk(house, who), text="", language=language)
    one = BY_NAME[skill]
    return one.run(turn, one.arguments.model_validate(arguments)), turn


def small(language: str = "zh", **touches: list[object]) -> Turn:
    one = fake_desk()
    accounts = [Account(id="A-001", name="华东医疗器械有限公司", team_id="t-east-1")]
    one.journeys = FakeJourneys(accounts=accounts, touches={"A-001": touches.get("a", [])},  # type: ignore[arg-type]
                                names={"contact:C-001": "王建国 采购副总"})  # fmt: skip
    return Turn(desk=one, text="", language=language)


def cited(turn: Turn, text: str) -> None:
    numbers = {int(n) for n in re.findall(r"\[(\d+)\]", text)}
    assert numbers == {source.n for source in turn.sources}


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("华东医疗的旅程", "customer_journey", {}),
        ("看一下华东医疗的客户旅程", "customer_journey", {}),
        ("各阶段健康度", "stage_health", {"stage": None}),
        ("决策期转化率怎么样", "stage_health", {"stage": "决策"}),
        ("从考虑到决策的转化率", "stage_health", {"stage": "考虑"}),
        ("哪些客户要流失", "churn_list", {"mine": False}),
        ("我的客户里谁快流失了", "churn_list", {"mine": True}),
        ("付款前一般接触几次?", "touch_numbers", {"after": 3}),
        ("第5次接触之后付款的占多少", "touch_numbers", {"after": 5}),
        ("health of each stage", "stage_health", {"stage": None}),
        ("which customers are about to leave", "churn_list", {"mine": False}),
        ("how many touches before they pay?", "touch_numbers", {"after": 3}),
    ],
)
def test_the_offline_brain_understands(text: str, intent: str, slots: dict[str, object]) -> None:
    reading = understand(text, NameIndex(ENTRIES), {}, NOW)
    assert (reading.intent, reading.question) == (intent, None)
    assert {key: reading.arguments.get(key) for key in slots} == slots


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_journey_of_a_customer_is_one_line_with_a_picture(demo_house: House, language: str) -> None:
    text, turn = said(demo_house, "p-lina", "customer_journey", language, customer="华东医疗")
    cited(turn, text)
    assert turn.focus["account_id"] == "A-001"
    assert "王建国" in text
    assert ("决策" if language == "zh" else "Decision") in text
    assert "I-001-17" in {source.id for source in turn.sources}
    assert [picture.name for picture in turn.pictures] == ["A-001_journey.png"]
    assert "n=" in turn.pictures[0].alt


def test_another_teams_customer_sounds_like_none(demo_house: House) -> None:
    hidden, _ = said(demo_house, "p-lina", "customer_journey", customer="仁心医院")
    unknown, _ = said(demo_house, "p-lina", "customer_journey", customer="没有这家")
    assert hidden.replace("仁心医院", "X") == unknown.replace("没有这家", "X")


def test_health_is_over_the_customers_one_may_see_with_the_definitions_beside(demo_house: House) -> None:
    mine, turn = said(demo_house, "p-zhaolei", "stage_health")
    cited(turn, mine)
    other, _ = said(demo_house, "p-heqiang", "stage_health")
    assert mine.splitlines()[0] != other.splitlines()[0]
    for word in ("转化", "停留", "跳出", "健康度", "口径", "Kaplan-Meier", "95% 区间"):
        assert word in mine
    assert [picture.name for picture in turn.pictures] == ["journey_funnel.png"]
    one, turn = said(demo_house, "p-zhaolei", "stage_health", stage="决策期")
    cited(turn, one)
    assert "最近进入的人" in one
    assert "没有您能看到的阶段" in said(demo_house, "p-zhaolei", "stage_health", stage="月球")[0]


def test_a_role_sees_its_stages_alone(demo_house: House) -> None:
    """C2.9: what the journey's `sight` keeps from a role is in no answer."""
    book = blueprints.default("journey") | {
        "sight": {"rep": {"stages": ["decision"], "hidden": ["words", "name"]}}
    }
    before, _ = said(demo_house, "p-lina", "customer_journey", customer="华东医疗", limit=60)
    with demo_house.store.session() as session:
        blueprints.publish(session, "journey", "default", book, None)
    text, _ = said(demo_house, "p-lina", "customer_journey", customer="华东医疗", limit=60)
    assert "认知" not in text
    assert "2026-07-02" in before
    assert "2026-07-02" not in text
    assert "只看部分阶段" in text
    assert "王建国" not in text.split("最近")[0]
    health, _ = said(demo_house, "p-lina", "stage_health")
    assert "▸ 决策" in health
    assert "▸ 考虑" not in health
    manager, _ = said(demo_house, "p-zhaolei", "stage_health")
    assert "▸ 考虑" in manager


def test_churn_list_names_the_signal_its_rows_and_the_task(demo_house: House) -> None:
    Churning(demo_house.gate).tick()
    text, turn = said(demo_house, "p-zhaolei", "churn_list")
    cited(turn, text)
    assert "⚠" in text
    assert ("挽回任务" in text) or ("对照组" in text)
    seen = desk(demo_house, "p-lina").journeys.at_risk()
    assert {one.account.id for one in seen} <= {one.id for one in _accounts(demo_house, "p-lina")}


def _accounts(house: House, who: str) -> list[Account]:
    one = desk(house, who)
    with house.store.reading() as session:
        rows = one._rows(session)
        from knowledge.library import customers

        return list(customers.accounts(session, rows.principal.teams, rows.me))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_touch_numbers_with_n_interval_and_rows(language: str) -> None:
    touches: list[object] = []
    for n in range(8):
        who = f"contact:C-{n}"
        talk = [message(f"m{n}{i}", n + i, person=who) for i in range(2 if n == 0 else 4)]
        touches += [*talk, payment(f"p{n}", n + (1.5 if n == 0 else 3.5), person=who)]
    turn = small(language, a=touches)
    skill = BY_NAME["touch_numbers"]
    text = skill.run(turn, skill.arguments.model_validate({"after": 3}))
    cited(turn, text)
    assert "88%" in text
    assert "7/8" in text
    assert re.search(r"n=8", text)


def test_too_few_payments_are_not_made_a_finding() -> None:
    turn = small(a=[touch("t", 0), payment("p", 0.5)])
    skill = BY_NAME["touch_numbers"]
    text = skill.run(turn, skill.arguments())
    assert text.startswith("数据不足")
    assert "%" not in text
