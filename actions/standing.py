"""How far a verb may go by itself here and now: its autonomy level and whether the pilot reaches this far."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session, select

from knowledge.model import Product

from .effect import Subject
from .tables import Autonomy, Pilot


def scopes_of(session: Session, subject: Subject) -> tuple[str, ...]:
    """The scopes a subject lies in, narrowest first: its product line, its region, everywhere."""
    found = []
    if subject.deal is not None and subject.deal.product_id:
        product = session.get(Product, subject.deal.product_id)
        if product is not None and product.line:
            found.append(f"line:{product.line}")
    if subject.resource.region:
        found.append(f"region:{subject.resource.region}")
    return (*found, "")


def level_of(session: Session, action: str, scopes: tuple[str, ...], default: int) -> int:
    """The ladder level (0-6) in force: the narrowest row, else `default`. Of two equally narrow the lower would do, but
    a product line is narrower than a region."""
    rows: Mapping[str, int] = {
        row.scope: row.level for row in session.exec(select(Autonomy).where(Autonomy.action == action))
    }
    return next((rows[scope] for scope in scopes if scope in rows), default)


def in_pilot(session: Session, action: str, scopes: tuple[str, ...]) -> bool:
    """Whether the verb may act here: nobody narrowed it, or one of the subject's scopes was let in."""
    rows = {row.scope for row in session.exec(select(Pilot).where(Pilot.action == action))}
    return not rows or bool(rows & set(scopes))
