"""A forecast as plain JSON, every sum with the deals behind it."""

from __future__ import annotations

from typing import Any

from .forecast import Book, Forecast


def as_json(found: Forecast) -> dict[str, Any]:
    """Plain JSON, money in fen, the deals behind each book with it."""
    return {
        "since": found.since.isoformat() if found.since else None,
        "until": found.until.isoformat() if found.until else None,
        "undated": [one.deal_id for one in found.undated],
        "books": [_book_json(one) for one in found.books],
    }


def _book_json(one: Book) -> dict[str, Any]:
    groups = {
        name: {key: vars(part) for key, part in getattr(one, name).items()}
        for name in ("categories", "teams", "people", "months", "stages")
    }
    counted = {
        name: getattr(one, name)
        for name in (
            "currency",
            "total_fen",
            "low_fen",
            "high_fen",
            "late",
            "unscored",
            "unpriced",
            "rests_on",
        )
    }
    deals = [
        {
            "id": deal.deal_id,
            "amount_fen": deal.amount_fen,
            "chance": deal.chance,
            "p": deal.p,
            "category": deal.category,
            "stage": deal.stage,
            "n": deal.n,
        }
        for deal in one.deals
    ]
    return {**counted, "whole": vars(one.whole), **groups, "deals": deals}
