"""Leads that came in by the web site, fairs and colleagues, and everything they did: rows for leads.csv and lead_touches.csv."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .dice import Dice
from .tables import when, write
from .world import World

TODAY = datetime(2026, 11, 20, 18, 0)
PLACES = (
    "栖霞岭", "白鹭洲", "青溪", "石桥", "双桥", "望亭", "枫泾", "安澜", "凤起", "长堤", "云汀", "芦花", "雁湖", "松陵", "锦屏",
    "竹筱", "南沙湾", "荔景", "观澜河", "翠亨", "鹿鸣", "银湖",
)  # fmt: skip
KINDS = ("医院", "妇儿医院", "康复中心", "医学影像中心", "体检中心", "器械有限公司")
SURNAMES, GIVEN = (
    "周吴郑冯褚卫蒋沈韩杨朱秦尤许",
    ("思远", "立群", "雨桐", "建平", "海燕", "志刚", "明辉", "晓岚", "文博", "佳宁"),
)
TITLES = ("信息科主任", "设备科科长", "院长", "采购经理", "信息科工程师", "护士长", "副院长", "实习生")
SOURCES = ("search", "expo", "referral", "ads", "wechat")
SAID = (
    "你们的影像平台多少钱一套?", "能不能先看看演示?", "我们预算大概六十万,明年一季度要上线。", "需要和现在的 HIS 对接,有没有案例?",
    "还在跟另一家对比。", "暂时不考虑,明年再说。", "领导批了就能走流程。", "感兴趣,请发一份资料。", "约在下周三上门演示吧。",
)  # fmt: skip
ANSWERED = ("您好,资料已经发您,方便的话约个演示?", "可以安排线上演示,您看哪天方便?")
WARM = {"new": 0.45, "working": 0.6, "converted": 0.85, "lost": 0.25}


@dataclass(frozen=True)
class Touch:
    """One thing a lead did; `direction` is in or out."""

    kind: str
    at: datetime
    direction: str = "in"
    seconds: int = 0
    pages: int = 0
    text: str = ""


@dataclass(frozen=True)
class LeadRow:
    """One lead with what is known of it and what it did."""

    id: str
    name: str
    company: str
    owner: str
    status: str
    came: datetime
    closed: datetime | None
    email: str
    phone: str
    extra: dict[str, str]
    touches: tuple[Touch, ...]


def _told() -> list[LeadRow]:
    """The two that the journeys and the README talk about."""
    hot = (
        Touch("visit", datetime(2026, 11, 12, 10, 5), seconds=240, pages=6),
        Touch("download", datetime(2026, 11, 12, 10, 9)),
        Touch("price_page", datetime(2026, 11, 17, 15, 20), seconds=380, pages=3),
        Touch(
            "form",
            datetime(2026, 11, 17, 15, 30),
            text="我们需要一套影像平台,预算七十六万,年底前要定。请问有没有同级医院的案例?",
        ),
        Touch("chat", datetime(2026, 11, 18, 9, 10), "out", text=ANSWERED[0]),
        Touch("chat", datetime(2026, 11, 18, 10, 40), text="很好,约在下周四上午到我们信息科演示吧。"),
        Touch(
            "call", datetime(2026, 11, 19, 14, 0), seconds=900, text="院长批了预算就能走流程,还有一家在对比。"
        ),
    )
    cold = (Touch("visit", datetime(2026, 8, 30, 23, 10), seconds=18, pages=1),)
    known = {"industry": "医院", "region": "华东", "size": "860", "revenue": "42000", "tech": "旧 PACS"}
    return [
        LeadRow(
            "L-001", "沈立群", "栖霞岭医院", "p-lina", "working", datetime(2026, 11, 12, 10, 0), None,
            "shen.liqun@qixialing.example.com", "139 0000 7001",
            {**known, "title": "信息科主任", "department": "信息科", "utm_source": "expo", "contacts": "2", "seniority": "12"},
            hot,
        ),
        LeadRow(
            "L-002", "韩佳宁", "白鹭洲康复中心", "p-lina", "new", datetime(2026, 8, 30, 23, 0), None,
            "han.jianing@bailuzhou.example.com", "", {"title": "实习生", "utm_source": "ads", "size": "30"}, cold,
        ),
    ]  # fmt: skip


def lead_rows() -> list[LeadRow]:
    """Told ones first, then invented ones in every team, about half of them closed."""
    owners = ("p-lina", "p-chenhao", "p-sunyue", "p-wuting")
    rows = _told()
    for number in range(3, 45):
        dice = Dice(f"lead-{number}")
        status = ("converted", "lost", "new", "lost", "working", "lost")[number % 6]
        rows.append(_invented(f"L-{number:03d}", owners[number % len(owners)], status, dice))
    return rows


def _invented(key: str, owner: str, status: str, dice: Dice) -> LeadRow:
    number = int(key[2:])
    place = PLACES[2 + number % (len(PLACES) - 2)]
    company = f"{place}{dice.pick(KINDS)}"
    name = dice.pick(SURNAMES) + dice.pick(GIVEN)
    closed_already = status in ("converted", "lost")
    came = TODAY - timedelta(
        days=dice.between(60, 300) if closed_already else dice.between(2, 45), hours=dice.between(1, 9)
    )
    warm = WARM[status]
    extra = {"utm_source": dice.pick(SOURCES)}
    if dice.chance(0.8):
        extra |= {"industry": "器械经销" if company.endswith("公司") else "医院"}
    if dice.chance(0.7):
        extra |= {"size": str(dice.between(20, 1500))}
    if dice.chance(0.8):
        extra |= {"title": dice.pick(TITLES[:6] if dice.chance(warm) else TITLES)}
    touches = tuple(_touches(came, warm, dice))
    closed = touches[-1].at + timedelta(days=dice.between(3, 20)) if closed_already else None
    return LeadRow(
        key, name, company, owner, status, came, closed,
        f"lead{number}@lead{number:02d}.example.com" if dice.chance(0.5 + warm / 2) else "",
        f"139 0000 {7000 + number}" if dice.chance(warm) else "", extra, touches,
    )  # fmt: skip


def _touches(came: datetime, warm: float, dice: Dice) -> list[Touch]:
    made, moment = [], came + timedelta(minutes=5)
    for _ in range(2 + int(dice.between(0, 5) * warm * 2)):
        kind = dice.pick(("visit", "visit", "price_page", "download", "form", "chat", "call"))
        if kind in ("price_page", "form", "chat", "call") and not dice.chance(warm):
            kind = "visit"
        seconds = (
            dice.between(10, 600)
            if kind in ("visit", "price_page")
            else dice.between(120, 900)
            if kind == "call"
            else 0
        )
        said = dice.pick(SAID) if kind in ("form", "chat", "call") else ""
        made.append(Touch(kind, moment, "in", seconds, dice.between(1, 8) if kind == "visit" else 0, said))
        if kind == "chat" and dice.chance(0.6):
            made.append(Touch("chat", moment + timedelta(minutes=30), "out", text=dice.pick(ANSWERED)))
        moment = min(moment + timedelta(hours=dice.between(5, 200)), TODAY - timedelta(hours=1))
    made.sort(key=lambda touch: touch.at)
    return made


def write_leads(home: Path, world: World) -> None:
    """leads.csv and lead_touches.csv."""
    rows = lead_rows()
    write(
        home, "leads.csv", "线索编号,姓名,公司,邮箱,电话,来源,状态,负责人,团队,创建时间,关闭时间,资料",
        ((r.id, r.name, r.company, r.email, r.phone, r.extra.get("utm_source", ""), r.status, r.owner,
          world.colleagues[r.owner].team, when(r.came), when(r.closed),
          json.dumps(r.extra, ensure_ascii=False, sort_keys=True)) for r in rows),
    )  # fmt: skip
    write(
        home, "lead_touches.csv", "id,lead_id,kind,at,direction,seconds,pages,text",
        ((f"{r.id}-T{n:02d}", r.id, t.kind, when(t.at), t.direction, t.seconds, t.pages, t.text)
         for r in rows for n, t in enumerate(r.touches, start=1)),
    )  # fmt: skip
