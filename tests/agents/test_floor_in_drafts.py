"""C1.6: two hundred texts meant for customers, drafted the real way after the floor was told, hold no floor and no cost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from actions.counter import PersonDesk
from actions.outbound import scan
from actions.outbound_context import OutboundContext
from actions.score_view import PriceNote
from agents.skill import Turn
from agents.skills import draft_email, price_range
from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge.model import Offer, Person, Product, Suggestion
from knowledge.names import NameIndex
from tests.fakes.clock import FakeClock

DRAFTS = 200
PURPOSES = ("follow_up", "quote_cover", "meeting_confirm", "thanks", "win_back")
POINTS = (
    (),
    ("价格还可以再谈", "周三可以上门演示"),
    ("we can talk about the price once more",),
    ("我们给的已经是最好的条件",),
)


class Desk(PersonDesk):
    """The desk as it is, but for the index of names, which is built once: nobody is renamed while the test runs."""

    known: NameIndex | None = None

    def names(self) -> NameIndex:
        if self.known is None:
            self.known = super().names()
        return self.known


@pytest.fixture(scope="module")
def house(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = Path(shutil.copytree(demo_template, tmp_path_factory.mktemp("floor") / "var"))
    made = open_house(Settings(var_dir=folder, canary_every=0, _env_file=None), FakeClock())
    yield made
    made.close()


def desk(house: House, who: str, language: str) -> Desk:
    with house.store.reading() as session:
        person = session.get_one(Person, who)
    return Desk(house.gate, house.search, person, "", "terminal", language)


def secrets(house: House, deal_id: str, notes: list[PriceNote]) -> OutboundContext:
    """The floors and costs of a deal's products that no offer of it has told."""
    with house.store.reading() as session:
        offers = session.exec(select(Offer).where(Offer.deal_id == deal_id)).all()
        products = [session.get_one(Product, note.product_id) for note in notes]
    told = {int(line["unit_price_fen"]) for offer in offers for line in offer.lines} | {
        o.total_fen for o in offers
    }
    hidden = {fen for one in products for fen in (one.floor_price_fen, one.cost_fen) if fen}
    hidden |= {note.floor_fen for note in notes if note.floor_fen}
    return OutboundContext(
        floor_prices_fen=frozenset(hidden - told),
        unit_prices_fen=frozenset(int(line["unit_price_fen"]) for offer in offers for line in offer.lines),
        offer_totals_fen=frozenset(offer.total_fen for offer in offers),
        offer_discounts_bp=frozenset(offer.discount_bp for offer in offers),
    )  # fmt: skip


def drafts(own: PersonDesk, deal_id: str, language: str) -> Iterator[Suggestion]:
    """Mails of every purpose, drafted in a talk in which the price range (with the floor, for a manager) was just told."""
    turn = Turn(desk=own, text="报多少合适?写封邮件", language=language)
    price_range.run(turn, price_range.Arguments(deal=deal_id))
    for n, purpose in enumerate(PURPOSES):
        wish = draft_email.Arguments(
            deal=deal_id,
            purpose=purpose,  # type: ignore[arg-type]
            points=list(POINTS[n % len(POINTS)]),
            discount_pct=(None, 3, 5)[n % 3],
            language=language,  # type: ignore[arg-type]
        )
        draft_email.run(turn, wish)
        draft = own.draft(str(turn.focus.pop("draft_id", "") or ""))
        if draft is not None:
            yield draft


def test_two_hundred_drafts_hold_no_floor(house: House) -> None:
    found = {(who, language): 0 for who in ("p-zhaolei", "p-lina") for language in ("zh", "en")}
    told_floor, deals = 0, set()
    for who, language in found:
        own = desk(house, who, language)
        for deal in own.deals():
            if found[who, language] >= DRAFTS // len(found):
                break
            if not (deal.product_id and deal.is_open):
                continue
            notes = list(own.scores.prices(deal.id) or ())
            context = secrets(house, deal.id, notes)
            for draft in drafts(own, deal.id, language):
                text = f"{draft.payload['subject']}\n{draft.payload['body']}"
                assert not scan(text, context).leaks_floor, (deal.id, text)
                assert "底价" not in text
                assert "floor" not in text.casefold()
                found[who, language] += 1
                told_floor += any(note.floor_fen for note in notes)
                deals.add(deal.id)
    assert sum(found.values()) >= DRAFTS
    assert told_floor >= DRAFTS // 3
    assert len(deals) >= 10


def test_the_scan_would_have_found_it(house: House) -> None:
    own = desk(house, "p-zhaolei", "zh")
    notes = list(own.scores.prices("D-001") or ())
    context = secrets(house, "D-001", notes)
    assert context.floor_prices_fen
    for fen in context.floor_prices_fen:
        for text in (f"最低可以到 {fen // 100:,} 元。", f"We can go down to CNY {fen / 100:,.2f}."):
            assert scan(text, context).leaks_floor, text
