"""The deals that were written by hand: stories/*.yaml -> Case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .nouns import Case, Happening, Proposal
from .world import World


def moment(text: str | None) -> datetime | None:
    """`2026-11-18 14:30` as a naive local time."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M") if text else None


def certain(text: str) -> datetime:
    """Like `moment`, for times that must be there."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


def told_cases(world: World) -> list[Case]:
    """Every hand-written deal."""
    return [_case(world, deal) for story in world.stories for deal in story["deals"]]


def _case(world: World, deal: dict[str, Any]) -> Case:
    owner = deal.get("owner") or world.companies[deal["account"]].owner
    steps = tuple((stage, certain(at)) for stage, at in deal["steps"].items())
    closed = steps[-1][1] if deal["stage"] in ("won", "lost") else None
    return Case(
        id=deal["id"], name=deal["name"], account=deal["account"], owner=owner, product=deal["product"],
        stage=deal["stage"], amount=deal["amount"], created=steps[0][1], people=tuple(deal["people"]), steps=steps,
        expected=moment(deal.get("expected")) or closed, closed=closed, next_step=deal.get("next_step", ""),
        next_step_at=moment(deal.get("next_step_at")), competitor=deal.get("competitor", ""),
        lost_reason=deal.get("lost_reason", ""), objections=tuple(deal.get("objections", ())),
        offers=tuple(_offer(offer) for offer in deal.get("offers", ())),
        happenings=tuple(_happening(deal, owner, n, h) for n, h in enumerate(deal["happenings"], 1)),
    )  # fmt: skip


def _offer(offer: dict[str, Any]) -> Proposal:
    lines = tuple((ware, quantity, price) for ware, quantity, price in offer["lines"])
    return Proposal(
        offer["id"], offer["status"], lines, offer["discount_percent"], certain(offer["at"]),
        certain(offer["valid_until"]), offer.get("note", ""), offer.get("version", 1),
    )  # fmt: skip


def _happening(deal: dict[str, Any], owner: str, n: int, told: dict[str, Any]) -> Happening:
    kind = told["kind"]
    return Happening(
        id=f"I-{deal['id'][2:]}-{n:02d}", kind=kind, at=certain(told["at"]), deal=deal["id"],
        account=deal["account"], contact=told.get("contact", deal["people"][0]), person=told.get("person", owner),
        direction=told.get("direction", "" if kind in ("note", "meeting", "call") else "inbound"),
        subject=told.get("subject", ""), text=told["text"].rstrip("\n"), language=told.get("language", "zh"),
        form=told.get("form", "csv"),
    )  # fmt: skip
