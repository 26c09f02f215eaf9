"""A firm of nine people and three deals, in a real database with a real judge and a real outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

import actions.tables  # noqa: F401  its tables belong to the schema
from actions.action import ActionRequest, Outcome
from actions.approvals import Approvals
from actions.effect import Hands
from actions.evaluation import Rules
from actions.files import Shelf
from actions.gate import Gate
from actions.gateways.mail import MailGateway, gateway_from
from actions.gateways.messages import MessageOutbox
from actions.performing import Performer
from actions.sight import find
from actions.stored import confirm_code
from knowledge.model import Account, Contact, Deal, DealContact, Offer, Person, Product, Team
from knowledge.store import Store
from policies.engine import Judge

from .clock import FakeClock

BODY = "王总，您好：\n\n感谢上周的沟通。附上会议安排，方便时请告知您的时间。\n\n祝好\n李娜\n"


@dataclass
class Firm:
    """The acting side of the house over one small firm."""

    store: Store
    gate: Gate
    approvals: Approvals
    performer: Performer
    clock: FakeClock
    outbox: Path

    def mail(self, key: str = "k1", **changes: Any) -> ActionRequest:
        """A clean follow-up of 李娜 to 王建国 about her own deal; `changes` go into the arguments."""
        request = changes.pop("request", {})
        labels = changes.pop("labels", None)
        args = {
            "to": [{"name": "王建国", "address": "wang@hd.example.com"}],
            "cc": [],
            "subject": "会议安排",
            "body": BODY,
            "template_text": BODY,
        } | changes
        fields: dict[str, Any] = {
            "action": "send_email",
            "args": args,
            "resource_id": "D-1",
            "on_behalf_of": "p-lina",
            "labels": labels or {"to": frozenset({"crm_record"}), "body": frozenset({"approved_template"})},
            "idempotency_key": key,
        }
        return ActionRequest(**(fields | request))

    def send(self, key: str = "k1", **changes: Any) -> Outcome:
        return self.gate.submit(self.mail(key, **changes))

    def approve(self, who: str, ref: str, **seen: Any) -> Outcome:
        """Say yes as somebody who has opened the card: with the code that stands on it at high risk."""
        with self.store.reading() as session:
            action = find(session, ref)
            typed = confirm_code(action) if action else ""
        return self.approvals.approve(who, ref, typed=typed, **seen)

    def posted(self) -> list[Path]:
        return sorted(self.outbox.glob("*.eml")) if self.outbox.exists() else []


def founded(folder: Path, url: str = "", gateway: MailGateway | None = None) -> Firm:
    """Found the firm in `folder` (SQLite) or at a database address."""
    store = Store(url or f"sqlite:///{folder / 'firm.db'}")
    SQLModel.metadata.create_all(store.engine)
    with store.session() as session:
        for batch in _rows():
            session.add_all(batch)
            session.flush()
    clock = FakeClock()
    outbox = folder / "outbox"
    gate = Gate(
        store=store,
        judge=Judge.load(),
        hands=Hands(
            mail=gateway or gateway_from("", outbox),
            files=Shelf(folder / "papers"),
            messages=MessageOutbox(outbox / "messages"),
        ),
        clock=clock,
        rules=Rules(own_domain="us.example.cn", canary_every=0),
        head_file=folder / "head.json",
    )
    return Firm(
        store=store,
        gate=gate,
        approvals=Approvals(gate),
        performer=Performer(gate),
        clock=clock,
        outbox=outbox,
    )


def _person(id: str, name: str, roles: str, team: str | None, region: str = "east") -> Person:
    email = f"{id.removeprefix('p-')}@us.example.cn"
    return Person(id=id, name=name, email=email, roles=roles.split(), team_id=team, region=region)


def _rows() -> list[list[SQLModel]]:
    start = datetime(2026, 9, 1, tzinfo=UTC)
    return [
        [Team(id="t-1", name="一组", region="east"), Team(id="t-2", name="二组", region="east"), Team(id="t-3", name="南", region="south")],
        [
            _person("p-lina", "李娜", "rep", "t-1"),
            _person("p-chen", "陈浩", "rep", "t-1"),
            _person("p-zhao", "赵磊", "manager", "t-1"),
            _person("p-qian", "钱伟", "manager", "t-2"),
            _person("p-zhou", "周敏", "director", None),
            _person("p-lin", "林芳", "legal", None),
            _person("p-gao", "高远", "finance", None),
            _person("p-wu", "吴婷", "rep", "t-3", "south"),
            _person("p-audit", "秦朗", "auditor", None),
        ],
        [Product(id="P-1", name="影像平台", list_price_fen=140_000_000, cost_fen=70_000_000, floor_price_fen=100_000_000)],
        [
            Account(
                id="A-1", name="华东医疗器械有限公司", aliases=["华东医疗"], domains=["hd.example.com"],
                owner_id="p-lina", team_id="t-1",
            ),
            Account(id="A-3", name="仁心医院", domains=["rx.example.com"], owner_id="p-wu", team_id="t-3"),
        ],
        [
            Contact(id="C-1", account_id="A-1", name="王建国", title="采购副总", email="wang@hd.example.com"),
            Contact(id="C-2", account_id="A-1", name="刘敏", title="主任", email="liu@hd.example.com"),
            Contact(id="C-3", account_id="A-3", name="孙医生", title="主任", email="sun@rx.example.com"),
        ],
        [
            _deal("D-1", "A-1", "p-lina", "t-1"),
            _deal("D-2", "A-1", "p-chen", "t-1"),
            _deal("D-3", "A-3", "p-wu", "t-3"),
        ],
        [DealContact(deal_id="D-1", contact_id="C-1")],
        [Offer(id="O-1", deal_id="D-1", status="sent", total_fen=128_000_000, discount_bp=800, created_at=start)],
    ]  # fmt: skip


def _deal(id: str, account: str, owner: str, team: str) -> Deal:
    return Deal(
        id=id,
        name=f"{id} 影像平台",
        account_id=account,
        owner_id=owner,
        team_id=team,
        product_id="P-1",
        stage="negotiation",
        amount_fen=128_000_000,
        created_at=datetime(2026, 9, 1, tzinfo=UTC),
    )
