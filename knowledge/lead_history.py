"""Leads as facts, what closed ones tell, and the table a lead model is fitted on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from knowledge.insight.lead_facts import LeadFacts, Past
from knowledge.insight.leads import LeadPast, at, past_of, row_of
from knowledge.insight.scoring.table import Table
from knowledge.journey.reading import Events
from knowledge.lead_talks import Allowed, talks_of
from knowledge.library import deals as deal_rows
from knowledge.library import scores as rows
from knowledge.model import Deal, Lead, LeadTouch

LOOKED_AT = timedelta(days=14)
"""A closed lead is looked at so long after it came in, or half way to its end when that is earlier."""
CLOSED = ("converted", "lost")


def lead_facts(
    session: Session,
    leads: Sequence[Lead],
    now: datetime,
    utc_offset_hours: int = 8,
    allowed: Allowed | None = None,
) -> list[LeadFacts]:
    """The leads with what they did, what came in of them and what they said up to `now`, and what their companies did with us
    before. `allowed` says which interactions count; without it all of them."""
    touched = rows.touches(session, [lead.id for lead in leads])
    talks = talks_of(session, leads, allowed)
    came = Events(session).as_lead_touches([lead.id for lead in leads])
    wanted = {lead.account_id for lead in leads if lead.account_id}
    deals = [deal for deal in deal_rows.deals(session) if deal.account_id in wanted]
    return [
        LeadFacts(
            lead=lead,
            touches=_until(now, touched[lead.id], talks[lead.id].touches, came.get(lead.id, ())),
            talk_ratios=tuple((one.at, share) for one, share in talks[lead.id].talk_ratio if one.at <= now),
            met=tuple((one.at, who) for one, who in talks[lead.id].met if one.at <= now),
            now=now,
            past=_past(lead, deals),
            utc_offset_hours=utc_offset_hours,
        )
        for lead in leads
    ]


def _until(now: datetime, *parts: Sequence[LeadTouch]) -> tuple[LeadTouch, ...]:
    """Touches up to a moment, newest first."""
    found = (one for part in parts for one in part if one.at <= now)
    return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))


def _past(lead: Lead, deals: Sequence[Deal]) -> Past:
    """Deals of its company from before the lead came in; nothing known when we do not know the company."""
    if not lead.account_id:
        return Past()
    theirs = [
        deal for deal in deals if deal.account_id == lead.account_id and deal.created_at < lead.created_at
    ]
    won = [one for one in theirs if one.stage == "won" and one.closed_at and one.closed_at < lead.created_at]
    return Past(deals=len(theirs), won=len(won))


def closed_leads(session: Session, now: datetime) -> list[tuple[LeadFacts, bool]]:
    """Every lead that ended, as it stood when it is looked at, and whether it converted."""
    ended = [lead for lead in rows.leads(session) if lead.status in CLOSED and lead.created_at <= now]
    found = []
    for facts in lead_facts(session, ended, now):
        lead = facts.lead
        end = lead.closed_at or now
        moment = min(lead.created_at + LOOKED_AT, lead.created_at + (end - lead.created_at) / 2)
        found.append((at(facts, moment), lead.status == "converted"))
    return found


def lead_past(session: Session, now: datetime) -> LeadPast:
    """What the closed leads tell by feature and bucket."""
    return past_of(closed_leads(session, now))


def lead_table(session: Session, now: datetime) -> tuple[Table, int, int]:
    """One row a closed lead, its moment beside; and how many converted and were lost."""
    closed = closed_leads(session, now)
    cells = [row_of(facts) for facts, _ in closed]
    names = list(cells[0]) if cells else []
    counted = Counter(converted for _, converted in closed)
    table = Table(
        columns={name: [row[name] for row in cells] for name in names},
        labels=[int(converted) for _, converted in closed],
        times=[facts.now.isoformat(timespec="minutes") for facts, _ in closed],
    )
    return table, counted[True], counted[False]
