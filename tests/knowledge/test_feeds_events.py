"""Events from files: JSONL and tables by mapping, dry run, rejected lines, quarantine, late events, twice the same."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlmodel import select

from knowledge.feeds import FeedError, IngestReport, ingest
from knowledge.journey.affected import Affected
from knowledge.journey.reading import Events
from knowledge.model import Account, Contact, Lead, QuarantinedEvent, Team, TouchEvent
from knowledge.store import Store
from tests.fakes.journey import KEY, NOON, event

NOW = NOON + timedelta(days=3)


def load(store: Store, target: Path, **more: Any) -> IngestReport:
    return ingest(store, target, now=NOW, key=KEY, rejected=target.parent / "rejected", **more)


def lines(path: Path, *items: object) -> Path:
    path.write_text(
        "\n".join(one if isinstance(one, str) else json.dumps(one) for one in items), encoding="utf-8"
    )
    return path


def count(store: Store) -> int:
    with store.reading() as session:
        return len(session.exec(select(TouchEvent)).all())


def test_lines_of_json(any_store: Store, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "events.jsonl",
        event(
            "1",
            anon_id="x",
            name="page_view",
            page="https://a.example/price?utm_source=baidu&utm_campaign=spring",
        ),
        "{not json",
        [1, 2],
        event("2", 1, anon_id="x", name="no_such_event", props={"mail": "a@example.com"}),
        event("3", 2, anon_id="x", user_id="u"),
        {"name": "login"},
        event("4", 3, name="video_play"),
        event("5", 4, user_id="u", consent={"analytics": False}),
        "",
    )
    told = load(any_store, path, dry_run=True)
    assert (told.new, told.rejected, count(any_store)) == (2, 3, 0)
    told = load(any_store, path)
    (feed,) = told.feeds
    assert (feed.new, feed.rejected, feed.quarantined, feed.dropped) == (2, 3, 2, 1)
    assert [one.row for one in feed.rejections] == [2, 3, 6]
    assert feed.rejected_file is not None
    assert "时间 at" in feed.rejected_file.read_text(encoding="utf-8-sig")
    assert "隔离区" in told.as_text()
    again = load(any_store, path)
    assert (again.new, again.unchanged) == (0, 2)
    with any_store.reading() as session:
        first = session.get_one(TouchEvent, "1")
        assert (first.page, first.utm_source, first.utm_campaign) == ("a.example/price", "baidu", "spring")
        held = session.exec(select(QuarantinedEvent).order_by(QuarantinedEvent.name)).all()
        assert [(one.name, one.times) for one in held] == [("no_such_event", 2), ("video_play", 2)]
        assert "a@example.com" not in json.dumps(held[0].payload)


def test_a_table_by_mapping(any_store: Store, tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    table.write_text(
        "编号,时间,动作,手机,网址,金额,产品,数量\n"
        '1,2026-11-20 09:30,下单,137 1234 5678,https://a.example/p,"1,200.50",PACS,2\n'
        "2,2026-11-20 10:30,乱写,13712345678,,,,\n"
        "3,昨天,浏览,13712345678,,,,\n"
        "4,2026-11-20 08:00,浏览,,/index,,,\n",
        encoding="gb18030",
    )
    mapping = {
        "name": "商城事件",
        "events": True,
        "source": "order",
        "columns": {
            "id": {"column": "编号", "prefix": "shop-"},
            "at": "时间",
            "name": {"column": "动作", "type": "map", "values": {"下单": "order", "浏览": "page_view"}},
            "source": {"column": "动作", "type": "map", "values": {"下单": "order", "浏览": "web"}},
            "phone": "手机",
            "page": "网址",
            "value": "金额",
        },
        "props": {"product": "产品", "quantity": "数量"},
        "consent": {"analytics": True, "identity": True},
    }
    file = tmp_path / "shop.yaml"
    file.write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    told = load(any_store, table, mapping=file)
    (feed,) = told.feeds
    assert (feed.new, [one.row for one in feed.rejections]) == (2, [3, 4])
    with any_store.reading() as session:
        order = session.get_one(TouchEvent, "shop-1")
        assert order.at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
        assert (order.value_fen, order.props, order.conversion) == (
            120050,
            {"product": "PACS", "quantity": 2},
            True,
        )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"columns": {"at": "t", "name": "n", "phon": "p"}}, "phone"),
        ({"columns": {"name": "n"}}, "columns 缺少 at"),
        ({"consent": {"everything": True}}, "consent"),
        ({"columns": {"at": "t", "name": "missing"}}, "missing"),
    ],
)
def test_a_wrong_mapping_is_told(
    sqlite_store: Store, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    table, file = tmp_path / "a.csv", tmp_path / "m.yaml"
    table.write_text("t,n,p\n2026-11-20,login,1\n", encoding="utf-8")
    whole = {"name": "m", "events": True, "columns": {"at": "t", "name": "n"}} | change
    file.write_text(yaml.safe_dump(whole), encoding="utf-8")
    with pytest.raises(FeedError, match=told):
        load(sqlite_store, table, mapping=file)


def test_a_late_event_keeps_its_time_and_concerns_its_own_lead_only(any_store: Store, tmp_path: Path) -> None:
    with any_store.session() as session:
        session.add(Team(id="t", name="t"))
        session.add(Account(id="A", name="A"))
        session.flush()
        session.add(Contact(id="C", account_id="A", name="王建国", phone="137 1234 5678"))
        session.add(Lead(id="L1", name="a", email="A@example.com"))
        session.add(Lead(id="L2", name="b", email="b@example.com"))
    heard: list[Affected] = []
    path = lines(
        tmp_path / "1.jsonl",
        event("1", 600, anon_id="x", email="a@example.com", name="form_submit", props={"form": "demo"}),
        event("2", 600, anon_id="y", email="b@example.com", name="form_submit", props={"form": "demo"}),
        event("3", 600, anon_id="z", phone="13712345678"),
    )
    load(any_store, path, touched=heard.append)
    assert (heard[0].lead_ids, heard[0].account_ids) == ({"L1", "L2"}, {"A"})
    late = lines(
        tmp_path / "2.jsonl", event("0", -600, anon_id="x", name="page_view", page="https://a.example/price")
    )
    load(any_store, late, touched=heard.append)
    assert (heard[1].lead_ids, heard[1].account_ids) == ({"L1"}, set())
    with any_store.reading() as session:
        touches = Events(session).of_lead("L1")
        assert [(one.id, one.person) for one in touches] == [("0", "lead:L1"), ("1", "lead:L1")]
        assert touches[0].at == NOON - timedelta(hours=10)
        assert [one.kind for one in Events(session).as_lead_touches(["L1"])["L1"]] == ["form", "price_page"]
        (call,) = Events(session).of_account("A")
        assert (call.person, call.contact_id) == ("contact:C", "C")


def test_gzip_is_read_and_a_damaged_one_told(sqlite_store: Store, tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(json.dumps(event(f"{n}", n)) for n in range(500)).encode())
    good, bad = tmp_path / "good.jsonl.gz", tmp_path / "bad.jsonl.gz"
    good.write_bytes(whole)
    bad.write_bytes(whole[: len(whole) // 2])
    assert load(sqlite_store, good).new == 500
    with pytest.raises(FeedError, match="gzip"):
        load(sqlite_store, bad)
