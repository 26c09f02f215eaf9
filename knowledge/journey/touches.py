"""Events that came in become touches, and touches become what the scores of a lead count."""

from __future__ import annotations

from typing import get_args

from knowledge.insight.journey.events import Direction, Source, Touch, Utm
from knowledge.insight.journey.identifiers import kind_of
from knowledge.model import LeadTouch, Profile, TouchEvent

from .planning import Plan


def person_of(profile: Profile | None, event_id: str) -> str:
    """The key of the person behind a profile: the contact or the lead on record, else the profile; an event that came without
    any identifier is a person of its own."""
    if profile is None:
        return f"event:{event_id}"
    if profile.contact_id:
        return f"contact:{profile.contact_id}"
    return f"lead:{profile.lead_id}" if profile.lead_id else profile.id


def from_event(row: TouchEvent, profile: Profile | None, members: list[str]) -> Touch:
    """An event that came in."""
    ids = {kind_of(one): one for one in members}
    return Touch(
        id=row.id,
        at=row.at,
        received_at=row.received_at,
        name=row.name,
        source=_source(row.source),
        person=person_of(profile, row.id),
        account_id=(profile.account_id if profile else "") or row.account_id,
        contact_id=profile.contact_id if profile else "",
        lead_id=profile.lead_id if profile else "",
        direction=_direction(row.direction),
        session=row.session,
        page=row.page,
        title=row.title,
        referrer=row.referrer,
        utm=Utm(
            source=row.utm_source,
            medium=row.utm_medium,
            campaign=row.utm_campaign,
            term=row.utm_term,
            content=row.utm_content,
        ),
        visible_s=row.visible_s,
        engaged=row.engaged,
        conversion=row.conversion,
        payment=row.payment,
        value_fen=row.value_fen,
        currency=row.currency,
        device=ids.get("device", ""),
        login=ids.get("user", ""),
        plan=row.plan,
        bot=row.bot,
        props=row.props,
    )


def as_lead_touch(touch: Touch, lead_id: str, plan: Plan) -> LeadTouch | None:
    """A touch as the scores of a lead count it (`counts_as` of the tracking plan); None for one that does not count."""
    planned = plan.content.events.get(touch.name)
    if planned is None or not planned.counts_as or touch.bot:
        return None
    kind = planned.counts_as
    if kind == "visit" and any(part in touch.page for part in plan.content.price_pages):
        kind = "price_page"
    return LeadTouch(
        id=touch.id,
        lead_id=lead_id,
        kind="mail" if kind == "chat" and touch.source == "mail" else kind,
        at=touch.at,
        direction=touch.direction or "in",
        seconds=round(touch.visible_s or 0),
        pages=1 if kind in ("visit", "price_page") else 0,
        text="",
        provenance="web_form",
    )


def _source(text: str) -> Source:
    found: Source = next((one for one in get_args(Source) if one == text), "other")
    return found


def _direction(text: str) -> Direction:
    found: Direction = next((one for one in get_args(Direction) if one == text), "")
    return found
