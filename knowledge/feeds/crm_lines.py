"""The lines of an offer as a CRM writes them, in our shape; a line that cannot be money is the reason against the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from .errors import one_line
from .values import CellError, as_money


@dataclass(frozen=True, kw_only=True)
class RawLine:
    """One line: amounts as the CRM writes them, for one piece; `currency` empty where it has none of its own."""

    product_id: str
    name: str
    quantity: Any
    list_price: Any
    unit_price: Any
    currency: str = ""


def offer_cells(lines: Sequence[RawLine], currency: str) -> Mapping[str, Any]:
    """`lines`, `total` (yuan, as text) and `discount_bp` of an offer. Raises CellError: negative, not a number, or in
    another currency than the deal."""
    made, total, listed = [], 0, 0
    for line in lines:
        if line.currency and currency and line.currency != currency:
            raise CellError(
                f"行“{one_line(line.name)}”是 {line.currency}，商机是 {currency} (currencies are mixed)"
            )
        quantity, name = _quantity(line.quantity), line.name
        unit = as_money(line.unit_price if line.unit_price not in (None, "") else 0)
        full = as_money(line.list_price) if line.list_price not in (None, "") else unit
        if quantity != int(quantity):  # hours, metres: one line of the whole, with the amount in its name
            unit, full, name = _times(quantity, unit), _times(quantity, full), f"{name} × {quantity:f}"
            quantity = Decimal(1)
        total += int(quantity) * unit
        listed += int(quantity) * max(full, unit)
        made.append({
            "product_id": line.product_id, "name": name, "quantity": int(quantity), "list_price_fen": full,
            "unit_price_fen": unit,
        })  # fmt: skip
    discount = round((1 - total / listed) * 10_000) if listed else 0
    return {"lines": made, "total": f"{total // 100}.{total % 100:02d}", "discount_bp": discount}


def _times(quantity: Decimal, fen: int) -> int:
    return int((quantity * fen).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _quantity(value: Any) -> Decimal:
    try:
        number = Decimal(str(value if value not in (None, "") else 1))
    except InvalidOperation:
        raise CellError(f"数量“{one_line(value)}”不是数字 (the quantity is not a number)") from None
    if not number.is_finite() or number <= 0 or number > 10**9:
        raise CellError(f"数量“{one_line(value)}”不对 (the quantity cannot be)")
    return number
