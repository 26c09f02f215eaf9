"""A small company in memory: one open deal, one won against the same objection, one of another team."""

from __future__ import annotations

from datetime import timedelta

from knowledge.model import (
    Account,
    Contact,
    Deal,
    DealContact,
    Offer,
    Person,
    Product,
    StageChange,
)
from tests.fakes.company_history import NOW, ago, interactions
from tests.fakes.desk import FakeDesk, FakeRows


def rows() -> FakeRows:
    """The company's rows, new objects every time."""
    return FakeRows(
        people=[
            Person(
                id="p-lina",
                name="李娜",
                email="lina@chengdan-demo.cn",
                title="大客户经理",
                roles=["rep"],
                team_id="t-east-1",
            ),
            Person(
                id="p-zhaolei",
                name="赵磊",
                email="zhaolei@chengdan-demo.cn",
                roles=["manager"],
                team_id="t-east-1",
            ),
            Person(
                id="p-wuting",
                name="吴婷",
                email="wuting@chengdan-demo.cn",
                roles=["rep"],
                team_id="t-south-1",
            ),
        ],
        accounts=[
            Account(
                id="A-001",
                name="华东医疗器械有限公司",
                aliases=["华东医疗"],
                industry="器械经销",
                team_id="t-east-1",
                domains=["huadongmed.example.com"],
            ),
            Account(id="A-002", name="瑞康医院", industry="医院", team_id="t-east-1"),
            Account(id="A-060", name="仁心医院", industry="医院", team_id="t-south-1"),
        ],
        contacts=[
            Contact(
                id="C-001",
                account_id="A-001",
                name="王建国",
                title="采购副总",
                influence="decision_maker",
                email="wang.jianguo@huadongmed.example.com",
            ),
            Contact(
                id="C-002",
                account_id="A-001",
                name="刘敏",
                title="信息科主任",
                influence="champion",
                email="liu.min@huadongmed.example.com",
            ),
            Contact(
                id="C-003",
                account_id="A-001",
                name="Grace Huang",
                title="CFO",
                influence="economic_buyer",
                email="grace.huang@huadongmed.example.com",
                language="en",
            ),
        ],
        deal_contacts=[DealContact(deal_id="D-001", contact_id=one) for one in ("C-001", "C-002", "C-003")],
        deals=_deals(),
        stages=[
            StageChange(id="s1", deal_id="D-001", stage="proposal", at=ago(62)),
            StageChange(id="s2", deal_id="D-001", stage="negotiation", at=ago(26)),
        ],
        offers=[
            Offer(
                id="O-001",
                deal_id="D-001",
                version=1,
                status="sent",
                total_fen=128_000_000,
                discount_bp=800,
                valid_until=NOW + timedelta(days=12),
                created_at=ago(17),
                note="底价 999999",
            ),
        ],
        products=[
            Product(
                id="PR-1",
                name="影像平台",
                list_price_fen=140_000_000,
                cost_fen=77_700_000,
                floor_price_fen=99_999_900,
            )
        ],
        interactions=interactions(),
    )


def desk(person_id: str = "p-lina", teams: tuple[str, ...] = ("t-east-1",)) -> FakeDesk:
    """The desk of one colleague over the company."""
    company = rows()
    person = next(one for one in company.people if one.id == person_id)
    return FakeDesk(rows=company, person=person, now=NOW, teams=frozenset(teams))


def _deals() -> list[Deal]:
    return [
        Deal(
            id="D-001",
            name="华东医疗 影像平台(PACS)一期",
            account_id="A-001",
            owner_id="p-lina",
            team_id="t-east-1",
            product_id="PR-1",
            stage="negotiation",
            amount_fen=128_000_000,
            created_at=ago(138),
            expected_close=NOW + timedelta(days=32),
            next_step="与王总视频会,带数据迁移方案",
            next_step_at=NOW + timedelta(days=3),
            competitor="锐影科技",
        ),
        Deal(
            id="D-002",
            name="瑞康医院 影像云",
            account_id="A-002",
            owner_id="p-lina",
            team_id="t-east-1",
            product_id="PR-1",
            stage="won",
            amount_fen=80_000_000,
            created_at=ago(300),
            closed_at=ago(100),
        ),
        Deal(
            id="D-003",
            name="瑞康医院 归档扩容",
            account_id="A-002",
            owner_id="p-zhaolei",
            team_id="t-east-1",
            stage="discovery",
            amount_fen=20_000_000,
            created_at=ago(20),
        ),
        Deal(
            id="D-060",
            name="仁心医院 手术机器人",
            account_id="A-060",
            owner_id="p-wuting",
            team_id="t-south-1",
            stage="proposal",
            amount_fen=560_000_000,
            created_at=ago(90),
        ),
    ]
