"""What the outbound check may know, from records: the offers that count, prices that may not be told, names of others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session, col, select

from knowledge.library import customers, deals, people
from knowledge.model import Account, Contact, Deal, Offer, Paper, Product

from .effect import Scene
from .outbound_context import OutboundContext
from .outbound_numbers import numbers
from .outbound_text import clean

COUNTS = ("approved", "sent", "accepted")


def outbound_context(scene: Scene, addresses: Iterable[str] = ()) -> OutboundContext:
    """Numbers that may be said (approved or sent offers of this deal) and words that may not (floors, other customers).
    `addresses` are the recipients."""
    session, deal, account = scene.session, scene.deal, scene.account
    offers = [one for one in deals.offers(session, deal.id) if one.status in COUNTS]
    products = {product.id: product for product in deals.products(session)}
    known = customers.known_domains(session)
    mine = frozenset(domain.strip().lower() for domain in account.domains if domain.strip())
    hours = timedelta(hours=scene.utc_offset_hours)
    return OutboundContext(
        offer_totals_fen=frozenset(o.total_fen for o in offers),
        unit_prices_fen=frozenset(int(line["unit_price_fen"]) for o in offers for line in o.lines),
        offer_discounts_bp=frozenset(o.discount_bp for o in offers),
        offer_lines=frozenset(
            (int(li["unit_price_fen"]), int(li["quantity"])) for o in offers for li in o.lines
        ),
        floor_prices_fen=_secret_prices(offers, products),
        ladders=_ladders(deal, offers, products),
        other_customers=_other_customers(session, account),
        other_contacts=_other_contacts(session, account),
        other_domains=known - mine,
        own_names=frozenset((account.name, *account.aliases)),
        own_domains=mine | {scene.own_domain},
        known_domains=known | {scene.own_domain},
        known_addresses=frozenset(one.lower() for one in addresses) | _own_addresses(session, account),
        approved_texts=tuple(o.note for o in offers if o.note) + _paper_terms(session, deal, offers),
        approved_dates=_approved_dates(deal, offers, hours),
        today=(scene.now + hours).date(),
    )


def own_papers(session: Session, deal: Deal, hashes: Iterable[str]) -> dict[str, Paper]:
    """Of these files those that our own house made for this deal, by hash: what is in them comes from records."""
    wanted = sorted(set(hashes))
    if not wanted:
        return {}
    files = col(Paper.docx_sha256).in_(wanted) | col(Paper.pdf_sha256).in_(wanted)
    rows = session.exec(select(Paper).where(Paper.deal_id == deal.id, files)).all()
    return {sha: row for row in rows for sha in (row.docx_sha256, row.pdf_sha256) if sha in wanted}


def sums_of(paper: Paper) -> frozenset[int]:
    """Every number that a paper's own record states, in fen."""
    stated = numbers(clean(json.dumps(paper.fields, ensure_ascii=False)).text)
    raw = {
        int(value)
        for line in paper.fields.get("lines", ())
        for key, value in line.items()
        if key.endswith("_fen")
    }
    return frozenset({paper.amount_fen} | raw | {number.fen for number in stated})


def _secret_prices(offers: list[Offer], products: dict[str, Product]) -> frozenset[int]:
    """Costs and floors of everything we sell, and what they come to for the quantities of this deal's offers."""
    single = {price for p in products.values() for price in (p.cost_fen, p.floor_price_fen) if price}
    together: set[int] = set()
    for offer in offers:
        for kind in ("cost_fen", "floor_price_fen"):
            sums = [getattr(product, kind) * quantity for product, quantity in _counted(offer, products)]
            together |= {*sums, sum(sums)}
    return frozenset(single | together) - {0}


def _ladders(deal: Deal, offers: list[Offer], products: dict[str, Product]) -> frozenset[tuple[int, int]]:
    """(list price, floor) of what this deal sells: a share of the list price may tell the floor."""
    sold = {deal.product_id or ""} | {
        str(line.get("product_id", "")) for offer in offers for line in offer.lines
    }
    mine = [products[one] for one in sorted(sold) if one in products]
    pairs = {(product.list_price_fen, product.floor_price_fen) for product in mine}
    for offer in offers:
        steps = [(p.list_price_fen * n, p.floor_price_fen * n) for p, n in _counted(offer, products)]
        pairs |= {*steps, (sum(one for one, _ in steps), sum(floor for _, floor in steps))}
    return frozenset((listed, floor) for listed, floor in pairs if listed and floor)


def _counted(offer: Offer, products: dict[str, Product]) -> list[tuple[Product, int]]:
    """The products of an offer's lines with their quantities."""
    found = ((products.get(str(line.get("product_id", ""))), int(line["quantity"])) for line in offer.lines)
    return [(product, quantity) for product, quantity in found if product is not None]


def _approved_dates(deal: Deal, offers: list[Offer], hours: timedelta) -> frozenset[date]:
    """Days that the approved offers or the deal's records name."""
    moments = [offer.valid_until for offer in offers if offer.valid_until]
    written = (value for value in deal.extra.values() if len(value) >= len("2026-10-15"))
    return frozenset((moment + hours).date() for moment in moments) | frozenset(
        day for value in written if (day := _day(value[:10])) is not None
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        return None


def _paper_terms(session: Session, deal: Deal, offers: list[Offer]) -> tuple[str, ...]:
    """The terms (payment, delivery, warranty) that papers made from these offers state."""
    made = select(Paper).where(Paper.deal_id == deal.id, Paper.status == "sent").order_by(col(Paper.id))
    counted = {offer.id for offer in offers}
    terms = [paper.fields.get("values", {}) for paper in session.exec(made) if paper.offer_id in counted]
    return tuple(
        f"{name}: {value}" for values in terms for name, value in values.items() if isinstance(value, str)
    )


def _other_customers(session: Session, account: Account) -> frozenset[str]:
    """Names of every other customer; a name this customer shares with another one gives nothing away."""
    names = customers.customer_names(session)
    own = set(names.pop(account.id, ()))
    return frozenset(name for others in names.values() for name in others if name not in own)


def _other_contacts(session: Session, account: Account) -> frozenset[str]:
    """Names of people at other customers, but not those that somebody here or in our own house bears too."""
    everyone = session.exec(select(Contact.account_id, Contact.name)).all()
    ours = {person.name for person in people.people(session)} | {n for at, n in everyone if at == account.id}
    return frozenset(name for at, name in everyone if at != account.id and name) - ours


def _own_addresses(session: Session, account: Account) -> frozenset[str]:
    return frozenset(c.email.lower() for c in customers.contacts(session, account.id) if c.email)
