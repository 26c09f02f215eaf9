"""A small database to search in: three teams, four deals, a playbook, and interactions of every kind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import SQLModel

from knowledge.model import Account, Blueprint, Deal, Interaction, Person, Team
from knowledge.store import Store

TODAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LETTER = "The migration plan is fine.\n\nPlease send the security certificate."
LOST = "客户觉得价格高，最后选了锐影。"
BUDGET = "仁心医院手术机器人立项，預算還沒有批。"
PLAYBOOK = {
    "objections": [
        {
            "id": "price",
            "name": "价格",
            "name_en": "Price",
            "keywords": ["太贵", "价格高", "便宜"],
            "keywords_en": ["too expensive", "discount"],
            "tracks": [
                {"id": "price-1", "text": "先算三年总成本，再谈单价。", "text_en": "Talk total cost first."}
            ],
        },
        {
            "id": "security",
            "name": "安全合规",
            "name_en": "Security",
            "keywords": ["等保", "数据安全"],
            "keywords_en": ["security"],
            "tracks": [{"id": "security-1", "text": "出示等保三级证书。", "text_en": ""}],
        },
    ]
}


def small_store(path: Path) -> Store:
    """A SQLite store with the shelf in it; the schema as the tables say, without migrations."""
    store = Store(f"sqlite:///{path}")
    SQLModel.metadata.create_all(store.engine)
    fill(store)
    return store


def fill(store: Store) -> None:
    with store.session() as session:
        for team in ("t-a", "t-b", "t-c"):
            session.add(Team(id=team, name=team))
        session.flush()
        session.add(Person(id="p-1", name="李娜", team_id="t-a"))
        session.add(Account(id="A-1", name="华东医疗", industry="医院", team_id="t-a"))
        session.add(Account(id="A-2", name="仁心医院", industry="医院", team_id="t-b"))
        session.flush()
        for id_, account, team, stage in (
            ("D-1", "A-1", "t-a", "negotiation"),
            ("D-2", "A-1", "t-a", "won"),
            ("D-3", "A-2", "t-b", "lost"),
            ("D-4", "A-2", "t-c", "discovery"),
        ):
            session.add(
                Deal(
                    id=id_,
                    name=f"{id_} 影像平台",
                    account_id=account,
                    owner_id="p-1",
                    team_id=team,
                    stage=stage,
                    created_at=TODAY,
                )
            )
        session.add(
            Blueprint(
                id="b-1", kind="playbook", name="default", version="v1", content=PLAYBOOK, published_at=TODAY
            )
        )
        session.flush()
        for interaction in interactions():
            session.add(interaction)


def interactions() -> list[Interaction]:
    lines = [
        ("王总", "customer", "你们的报价太贵了，锐影便宜两成。"),
        ("李娜", "rep", "王总，我们把三年维保都算在里面了。"),
        ("王总", "customer", "数据迁移谁来负责？"),
        ("李娜", "rep", "迁移由我们的工程师驻场完成。"),
    ]
    said: list[dict[str, str | float | None]] = [
        {"speaker": s, "side": side, "text": text, "start": None, "end": None} for s, side, text in lines
    ]
    text = "\n".join(f"{s}：{t}" for s, _, t in lines)
    return [
        Interaction(id="I-1", kind="call", at=TODAY, deal_id="D-1", account_id="A-1", team_id="t-a", subject="报价沟通", text=text,
                    segments=said),
        Interaction(id="I-2", kind="mail", at=TODAY, deal_id="D-2", account_id="A-1", team_id="t-a", subject="Contract", text=LETTER),
        Interaction(id="I-3", kind="note", at=TODAY, deal_id="D-3", account_id="A-2", team_id="t-b", subject="丢单复盘", text=LOST),
        Interaction(id="I-4", kind="note", at=TODAY, deal_id="D-4", account_id="A-2", subject="手术机器人", text=BUDGET),
    ]  # fmt: skip
