"""The firm with papers: its own name, an offer with lines, won deals of like customers, and a converter that converts once."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from actions.action import ActionRequest, Outcome
from actions.documents.pdf import LibreOffice
from actions.gateways.mail import MailGateway
from actions.paper_view import Declined, Prepared
from actions.papers import PaperDesk
from actions.people import principal_of
from knowledge.blueprints import publish
from knowledge.model import Account, Contact, Deal, DealContact, Offer, Paper, Person, Product
from policies.facts import Resource

from .firm import Firm, founded

COMPANY = {
    "name": "成单科技（测试）有限公司", "name_en": "Chengdan (Test) Ltd.", "address": "上海市样例路 1 号", "tax_id": "91310000TEST00001X",
    "phone": "021-0000", "bank": "样例银行", "account": "0000 1111",
}  # fmt: skip
SOFFICE = shutil.which("soffice") is not None
LIST, UNIT, FLOOR, COST = 140_000_000, 128_800_000, 100_000_000, 70_000_000


@dataclass
class OnceOffice:
    """LibreOffice, asked once for each file."""

    real: LibreOffice = field(default_factory=LibreOffice)
    made: dict[str, bytes] = field(default_factory=dict)

    def convert(self, docx: bytes) -> bytes:
        key = hashlib.sha256(docx).hexdigest()
        if key not in self.made:
            self.made[key] = self.real.convert(docx)
        return self.made[key]


@dataclass
class PaperFirm:
    """The firm and one person's papers in it."""

    firm: Firm
    office: OnceOffice | None

    def papers(self, who: str = "p-lina") -> PaperDesk:
        gate = self.firm.gate
        with gate.store.reading() as session:
            person = session.get_one(Person, who)

        def may_read(session: Session, resource: Resource) -> bool:
            return gate.judge.may_read_many(principal_of(session, person), [resource])[0]

        return PaperDesk(gate, person, may_read, self.office)

    def keep(self, prepared: Prepared | Declined, who: str = "p-lina", **changes: object) -> Outcome:
        """Ask the gate for a prepared paper and let the clock look once."""
        assert isinstance(prepared, Prepared), prepared
        outcome = self.firm.gate.submit(
            ActionRequest(
                action=prepared.action,
                args={**prepared.args, **changes},
                resource_id=self._deal_of(prepared),
                on_behalf_of=who,
                idempotency_key=f"{prepared.paper_id}{changes}",
            )
        )
        self.firm.performer.tick()
        return outcome

    def _deal_of(self, prepared: Prepared) -> str:
        with self.firm.store.reading() as session:
            deals = {deal.id.replace("-", ""): deal.id for deal in session.exec(_all_deals())}
        return deals[prepared.paper_id.split("-")[1]]

    def send(
        self, paper_id: str, key: str = "s1", who: str = "p-lina", deal: str = "D-1", **changes: object
    ) -> Outcome:
        """Ask to send a paper to 王建国."""
        kind = "send_quote" if paper_id.startswith("QT") else "send_contract"
        args: dict[str, object] = {
            "paper_id": paper_id,
            "to": [{"name": "王建国", "address": "wang@hd.example.com"}],
            "subject": f"文件 {paper_id}",
            "body": "王总您好:\n\n附上文件，请查收。\n\n李娜",
        }
        trusted = frozenset({"crm_record", "approved_template"})
        return self.firm.gate.submit(
            ActionRequest(
                action=kind,
                args=args | changes,
                resource_id=deal,
                on_behalf_of=who,
                labels={"to": trusted, "subject": trusted, "body": trusted},
                idempotency_key=key,
            )
        )

    def paper(self, paper_id: str) -> Paper:
        with self.firm.store.reading() as session:
            return session.get_one(Paper, paper_id)

    def change(self, table: type, key: str, **values: object) -> None:
        """Change one row behind everybody's back."""
        with self.firm.store.session() as session:
            row = session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)


def _all_deals() -> object:
    from sqlmodel import select

    return select(Deal)


def paper_firm(
    folder: Path, office: OnceOffice | None, gateway: MailGateway | None = None, url: str = ""
) -> PaperFirm:
    """Found it in `folder`, or at a database address."""
    firm = founded(folder, url, gateway=gateway)
    now = firm.clock()
    with firm.store.session() as session:
        publish(session, "company", "default", dict(COMPANY), None, now=now)
        product = session.get_one(Product, "P-1")
        product.line, product.unit = "软件", "套"
        account = session.get_one(Account, "A-1")
        account.industry, account.region = "器械经销", "华东"
        contact = session.get_one(Contact, "C-1")
        contact.phone, contact.influence = "139 0000 2001", "decision_maker"
        session.add_all([product, account, contact])
        session.add(offer("O-2", "D-1", 2, UNIT, 800, now))
        session.add(
            Product(
                id="P-2",
                name="监护仪",
                line="设备",
                unit="台",
                list_price_fen=3_200_000,
                cost_fen=1_700_000,
                floor_price_fen=2_650_000,
            )
        )
        for n, (bp, team) in enumerate(
            ((400, "t-1"), (600, "t-1"), (900, "t-1"), (2000, "t-3"), (2000, "t-3")), 1
        ):
            session.add(
                Account(id=f"A-W{n}", name=f"老客户{n}", industry="器械经销", region="华东", team_id=team)
            )
            session.flush()
            session.add(_won(n, team, now))
            session.flush()
            session.add(
                offer(f"O-W{n}", f"D-W{n}", 1, LIST * (10_000 - bp) // 10_000, bp, now, status="accepted")
            )
    return PaperFirm(firm, office)


def offer(id: str, deal: str, version: int, unit: int, bp: int, now: datetime, status: str = "sent") -> Offer:
    lines: list[dict[str, str | int]] = [
        {
            "product_id": "P-1",
            "name": "影像平台",
            "quantity": 1,
            "list_price_fen": LIST,
            "unit_price_fen": unit,
        }
    ]
    return Offer(
        id=id, deal_id=deal, version=version, status=status, lines=lines, total_fen=unit, discount_bp=bp,
        valid_until=now + timedelta(days=10), created_at=now,
    )  # fmt: skip


def _won(n: int, team: str, now: datetime) -> Deal:
    return Deal(
        id=f"D-W{n}", name=f"老单{n}", account_id=f"A-W{n}", owner_id="p-lina" if team == "t-1" else "p-wu", team_id=team,
        product_id="P-1", stage="won", amount_fen=UNIT, created_at=datetime(2026, 1, 1, tzinfo=UTC),
        closed_at=now - timedelta(days=n),
    )  # fmt: skip


def small_deal(firm: PaperFirm, id: str = "D-S", quantity: int = 1) -> str:
    """A deal of 李娜 below ¥50,000 for a monitor, with an offer at list price."""
    now = firm.firm.clock()
    line: dict[str, str | int] = {
        "product_id": "P-2", "name": "监护仪", "quantity": quantity, "list_price_fen": 3_200_000, "unit_price_fen": 3_200_000,
    }  # fmt: skip
    with firm.firm.store.session() as session:
        session.add(
            Deal(
                id=id,
                name="监护仪一台",
                account_id="A-1",
                owner_id="p-lina",
                team_id="t-1",
                product_id="P-2",
                stage="negotiation",
                amount_fen=3_200_000,
                created_at=now,
            )
        )
        session.flush()
        session.add(DealContact(deal_id=id, contact_id="C-1"))
        session.add(
            Offer(
                id=f"O-{id}",
                deal_id=id,
                status="sent",
                lines=[line],
                total_fen=3_200_000 * quantity,
                discount_bp=0,
                valid_until=now + timedelta(days=5),
                created_at=now,
            )
        )
    return id
