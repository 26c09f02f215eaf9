"""The lines of a quote: what is asked for, at which price, and which won deals, offer or word stands behind each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from knowledge.insight.price_basis import PriceBasis, WonLine, price_after, price_basis
from knowledge.library import customers, deals
from knowledge.model import Account, Deal, Offer, Product

from .faults import DocumentRefused
from .offer_money import Line
from .rows import Incomplete, Missing

Basis = Literal["given", "like_customers", "own_offer", "list"]


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """A line and why it costs that. `evidence` are deal or offer ids; `peers` the like customers' discounts, also where
    they were too few to be used; `own_bp` the discount of the deal's own last offer."""

    line: Line
    basis: Basis
    evidence: tuple[str, ...]
    peers: PriceBasis
    own_bp: int | None = None

    @property
    def zh(self) -> str:
        own = f"；本商机上一份报价 {(self.own_bp or 0) / 100:g}%" if self._own_differs else ""
        return f"{_BASIS[self.basis][0]}；{_peers(self.peers)[0]}{own}"

    @property
    def en(self) -> str:
        own = f"; this deal's last offer {(self.own_bp or 0) / 100:g}%" if self._own_differs else ""
        return f"{_BASIS[self.basis][1]}; {_peers(self.peers)[1]}{own}"

    @property
    def _own_differs(self) -> bool:
        return self.basis != "own_offer" and self.own_bp is not None


_BASIS = {
    "given": ("按您说的折扣", "at the discount you gave"),
    "like_customers": ("按同类客户的成交折扣", "at the discount like customers got"),
    "own_offer": ("按本商机上一份报价", "as in this deal's last offer"),
    "list": ("按标价", "at list price"),
}
_SCOPES = {
    "industry_and_region": ("同行业同区域", "same industry and region"),
    "industry": ("同行业", "same industry"),
    "region": ("同区域", "same region"),
}


def _peers(basis: PriceBasis) -> tuple[str, str]:
    if not basis.enough:
        return (f"同类成交 n={basis.n}，数据不足", f"like deals n={basis.n}, not enough data")
    low, high = (f"{one / 100:g}%" for one in basis.range_bp)
    zh, en = _SCOPES[basis.scope]
    usual = f"{basis.usual_bp / 100:g}%"
    return (
        f"{zh}成交 n={basis.n}，折扣 {low}–{high}，中位 {usual}",
        f"{en} n={basis.n}, discounts {low}–{high}, median {usual}",
    )


def priced_lines(
    session: Session,
    deal: Deal,
    account: Account,
    discount_bp: int | None,
    teams: frozenset[str],
    products: Mapping[str, Product],
) -> tuple[PricedLine, ...]:
    """Every line of the quote. `teams` are those whose deals the asker may see: no others are ever counted.

    Raises DocumentRefused for a discount that may not be given, Incomplete when it is not known what is sold.
    """
    offer = next(iter(deals.offers(session, deal.id)), None)
    won = _won_lines(session, teams)
    return tuple(
        _priced(
            product,
            quantity,
            _own_bp(offer, product.id),
            discount_bp,
            price_basis(product.id, account.industry, account.region, won, deal.id),
            offer,
        )
        for product, quantity in _wanted(deal, offer, products)
    )


def _priced(
    product: Product,
    quantity: int,
    own_bp: int | None,
    given_bp: int | None,
    peers: PriceBasis,
    offer: Offer | None,
) -> PricedLine:
    basis: Basis = "list"
    bp = 0
    evidence: tuple[str, ...] = (product.id,)
    if given_bp is not None:
        if not _allowed(product, given_bp):
            raise DocumentRefused(
                f"“{product.name}”不能报 {given_bp / 100:g}% 的折扣：低于公司允许的价格；请降低折扣。",
                f"“{product.name}” cannot be quoted at {given_bp / 100:g}% off: below what the house allows; lower the discount",
            )
        basis, bp, evidence = "given", given_bp, ()
    elif peers.enough and (bp_peers := _best(product, peers)) is not None:
        basis, bp, evidence = "like_customers", bp_peers, peers.deal_ids
    elif own_bp is not None and offer is not None and _allowed(product, own_bp):
        basis, bp, evidence = "own_offer", own_bp, (offer.id,)
    line = Line(
        product_id=product.id,
        name=product.name,
        unit=product.unit,
        description=product.description,
        quantity=quantity,
        list_price_fen=product.list_price_fen,
        unit_price_fen=_own_price(offer, product)
        if basis == "own_offer"
        else price_after(product.list_price_fen, bp),
    )
    return PricedLine(line=line, basis=basis, evidence=evidence, peers=peers, own_bp=own_bp)


def _best(product: Product, peers: PriceBasis) -> int | None:
    """The usual discount, or the largest smaller one that may be given at today's prices."""
    for bp in sorted(
        {peers.usual_bp, *(one for one in peers.discounts_bp if one < peers.usual_bp)}, reverse=True
    ):
        if _allowed(product, bp):
            return bp
    return None


def _allowed(product: Product, bp: int) -> bool:
    """Above the floor, never at it: a price that equals the floor would give it away."""
    price = price_after(product.list_price_fen, bp)
    return price > product.floor_price_fen or (bp == 0 and price >= product.floor_price_fen)


def _wanted(deal: Deal, offer: Offer | None, products: Mapping[str, Product]) -> list[tuple[Product, int]]:
    """What the last offer listed; without one the deal's product, when its value is a whole number of pieces."""
    if offer is not None and offer.lines:
        named = [
            (str(line["product_id"]), str(line.get("name", "")), int(line["quantity"]))
            for line in offer.lines
        ]
        gone = [name or one for one, name, _ in named if one not in products]
        if gone:
            raise _lacking(
                "product", f"产品“{'、'.join(gone)}”已不在目录里", f"{', '.join(gone)} is no longer sold"
            )
        return [(products[one], quantity) for one, _, quantity in named]
    product = products.get(deal.product_id or "")
    if product is None:
        raise _lacking(
            "product",
            f"“{deal.name}”没有产品，请在商机里选定产品",
            f"“{deal.name}” names no product; choose one on the deal",
        )
    quantity, rest = divmod(deal.amount_fen, product.list_price_fen) if product.list_price_fen else (0, 1)
    if rest or quantity < 1:
        raise _lacking(
            "quantity",
            f"“{deal.name}”的数量没有记录（金额也不是标价的整数倍），请先更新商机金额",
            f"no quantity is on record for “{deal.name}” (its value is no multiple of the list price); update it first",
        )
    return [(product, quantity)]


def _lacking(field: str, zh: str, en: str) -> Incomplete:
    return Incomplete([Missing(field=field, zh=zh, en=en, needed=True)])


def _own_line(offer: Offer | None, product_id: str) -> Mapping[str, str | int] | None:
    lines: Sequence[Mapping[str, str | int]] = offer.lines if offer else ()
    return next((line for line in lines if line["product_id"] == product_id), None)


def _own_bp(offer: Offer | None, product_id: str) -> int | None:
    line = _own_line(offer, product_id)
    return (
        None
        if line is None
        else Line(
            product_id=product_id,
            name="",
            unit="",
            description="",
            quantity=1,
            list_price_fen=int(line["list_price_fen"]),
            unit_price_fen=int(line["unit_price_fen"]),
        ).discount_bp
    )


def _own_price(offer: Offer | None, product: Product) -> int:
    """The unit price of the last offer, while the list price is still the same; else the same discount on today's."""
    line = _own_line(offer, product.id)
    if line is not None and int(line["list_price_fen"]) == product.list_price_fen:
        return int(line["unit_price_fen"])
    return price_after(product.list_price_fen, _own_bp(offer, product.id) or 0)


def _won_lines(session: Session, teams: frozenset[str]) -> list[WonLine]:
    found = []
    accounts: dict[str, Account | None] = {}
    for deal, offer in deals.won_offers(session, teams):
        if deal.account_id not in accounts:
            accounts[deal.account_id] = customers.account(session, deal.account_id)
        account = accounts[deal.account_id]
        if account is None or deal.closed_at is None:
            continue
        found += [
            WonLine(
                deal_id=deal.id,
                product_id=str(line["product_id"]),
                industry=account.industry,
                region=account.region,
                quantity=int(line["quantity"]),
                list_price_fen=int(line["list_price_fen"]),
                unit_price_fen=int(line["unit_price_fen"]),
                won_at=deal.closed_at,
            )
            for line in offer.lines
        ]
    return found
