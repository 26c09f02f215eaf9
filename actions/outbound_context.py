"""What the outbound check may know about a deal while it reads a text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class OutboundContext:
    """Money in fen, discounts in basis points, names as written in the CRM.

    `offer_lines` are (unit price, quantity) of the approved offers; `ladders` (list price, floor) of what this deal
    sells. `other_customers` and `other_contacts` are names of customers, and of people there, that this text is not
    about; `other_domains` their mail domains; `own_names` those of the customer it is about. `own_domains` are ours and
    this customer's, `known_addresses` the recipients and this customer's people (lower case); `open_numbers` phone
    numbers that may be given away (the sender's own). `approved_texts` and `approved_dates` are what the approved offer
    says besides its numbers; `today` tells which year a date without one means.
    """

    offer_totals_fen: frozenset[int] = frozenset()
    unit_prices_fen: frozenset[int] = frozenset()
    offer_discounts_bp: frozenset[int] = frozenset()
    offer_lines: frozenset[tuple[int, int]] = frozenset()
    floor_prices_fen: frozenset[int] = frozenset()
    ladders: frozenset[tuple[int, int]] = frozenset()
    other_customers: frozenset[str] = frozenset()
    other_contacts: frozenset[str] = frozenset()
    other_domains: frozenset[str] = frozenset()
    own_names: frozenset[str] = frozenset()
    own_domains: frozenset[str] = frozenset()
    known_domains: frozenset[str] = frozenset()
    known_addresses: frozenset[str] = frozenset()
    open_numbers: frozenset[str] = frozenset()
    approved_texts: tuple[str, ...] = ()
    approved_dates: frozenset[date] = frozenset()
    today: date = date(2000, 1, 1)

    @property
    def offered_fen(self) -> frozenset[int]:
        """Sums that an approved offer states: totals, unit prices, and each line's own total."""
        lines = frozenset(price * quantity for price, quantity in self.offer_lines)
        return self.offer_totals_fen | self.unit_prices_fen | lines
