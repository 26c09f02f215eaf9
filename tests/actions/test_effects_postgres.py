"""The deeds on a real PostgreSQL server: rows are locked, changed, put back, and read in the same order as on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from actions import tasks
from actions.action import State
from knowledge.model import Deal, Meeting, Offer
from tests.fakes.deeds import row, wish
from tests.fakes.firm import founded

LINES = [
    {
        "product_id": "P-1",
        "name": "影像平台",
        "quantity": 2,
        "list_price_fen": 140_000_000,
        "unit_price_fen": 140_000_000,
    }
]


@pytest.mark.postgres
def test_every_deed_is_done_and_undone(tmp_path: Path, postgres_url: str) -> None:
    firm = founded(tmp_path, postgres_url)
    try:
        with firm.store.session() as session:
            session.add(
                Offer(id="O-2", deal_id="D-1", version=2, status="sent", lines=LINES, total_fen=280_000_000)
            )
        wishes = {
            "update_deal": {
                "changes": [{"field": "stage", "new": "commit"}, {"field": "next_step", "new": "签约"}]
            },
            "create_task": {"title": "打电话", "due_at": "2026-11-27"},
            "give_discount": {"discount_bp": 400},
        }
        made = {name: wish(firm, name, args, key=name) for name, args in wishes.items()}
        made["export_data"] = wish(
            firm, "export_data", {"what": "contacts", "format": "xlsx"}, key="x", about="t-1"
        )
        firm.approve("p-lina", made["give_discount"].code)
        firm.approve("p-zhao", made["export_data"].code)
        firm.performer.tick()
        assert {name: row(firm, one).state for name, one in made.items()} == dict.fromkeys(
            made, State.EXECUTED
        )
        with firm.store.reading() as session:
            assert session.get_one(Deal, "D-1").stage == "commit"
            assert [one.title for one in tasks.open_tasks(session, "p-lina")] == ["打电话"]
        for one in made.values():
            assert firm.approvals.undo("p-lina", one.code).state is State.UNDONE
        with firm.store.reading() as session:
            assert session.get_one(Deal, "D-1").stage == "negotiation"
            assert [one.id for one in session.exec(select(Offer).order_by(Offer.id))] == ["O-1", "O-2"]
    finally:
        firm.store.close()


@pytest.mark.postgres
def test_an_hour_is_given_once(tmp_path: Path, postgres_url: str) -> None:
    firm = founded(tmp_path, postgres_url)
    try:
        args = {"title": "评审", "starts_at": "2026-11-26T15:00", "to": [{"address": "chen@us.example.cn"}]}
        wish(firm, "book_meeting", args, key="a")
        assert "已有会议" in wish(firm, "book_meeting", args, key="b").reason
        firm.clock.pass_(601)
        firm.performer.tick()
        with firm.store.reading() as session:
            (meeting,) = session.exec(select(Meeting)).all()
        assert "2026-11-26 16:00" in wish(firm, "book_meeting", args, key="c").reason
        assert meeting.status == "booked"
    finally:
        firm.store.close()
