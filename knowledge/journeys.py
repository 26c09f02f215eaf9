"""Journeys of customers from our own records and from events, customer by customer: the one place they come together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge import blueprints
from knowledge.blueprints.churn import ChurnRules
from knowledge.blueprints.interventions import Interventions
from knowledge.blueprints.journey import Journey
from knowledge.insight.churn_signals import Customer
from knowledge.insight.journey.events import Touch, by_person, in_order
from knowledge.model import Account, Contact, Deal, Erased, Lead, StageMove

from .crm_touches import of_accounts
from .journey.reading import Events


def journey_book(session: Session) -> Journey:
    """The stages in force."""
    return Journey.model_validate(blueprints.active_or_default(session, "journey"))


def intervention_book(session: Session) -> Interventions:
    """The interventions in force."""
    return Interventions.model_validate(blueprints.active_or_default(session, "interventions"))


def churn_rules(session: Session) -> ChurnRules:
    """The churn thresholds in force."""
    return ChurnRules.model_validate(blueprints.active_or_default(session, "churn"))


def by_account(
    session: Session, account_ids: Sequence[str], until: datetime
) -> Iterator[tuple[str, list[Touch]]]:
    """Customer id and every touch up to `until` of everybody there, in order; one customer in memory at a time: what stands in
    our records and the events that came in. What stands in both counts once, by its id and person."""
    events = Events(session)
    for account_id in account_ids:
        every = [*of_accounts(session, [account_id]), *events.of_account(account_id)]
        once = {(one.id, one.person): one for one in every if one.at <= until}
        yield account_id, in_order(once.values())


def account_ids(session: Session) -> list[str]:
    """Every customer that was not erased on request, by id."""
    gone = select(Erased.row_id).where(Erased.source == Account.__tablename__)
    return list(
        session.exec(select(Account.id).where(col(Account.id).not_in(gone)).order_by(col(Account.id)))
    )


def followed(session: Session, touches: Sequence[Touch]) -> dict[str, list[Touch]]:
    """Person key -> their touches, of everybody whom we may still follow: of who was erased on request, rows without content
    are left that nobody moves by or is written to for."""
    people = by_person(touches)
    gone = select(Erased.row_id).where(col(Erased.source).in_((Contact.__tablename__, Lead.__tablename__)))
    ids = [key.partition(":")[2] for key in people if key.startswith(("contact:", "lead:"))]
    erased = set(session.exec(gone.where(col(Erased.row_id).in_(ids))))
    return {key: mine for key, mine in people.items() if key.partition(":")[2] not in erased}


def customer_of(session: Session, account_id: str, touches: Sequence[Touch]) -> Customer:
    """A customer as the churn signals see one. A contract's end stands in the account's or a won deal's `contract_end`."""
    account = session.get(Account, account_id)
    deals = session.exec(select(Deal).where(Deal.account_id == account_id, Deal.stage == "won")).all()
    ends = [deal.extra.get("contract_end", "") for deal in deals]
    ends += [account.extra.get("contract_end", "")] if account else []
    end = max((day for one in ends if (day := _moment(one)) is not None), default=None)
    return Customer(id=account_id, touches=tuple(touches), contract_end=end)


def moves_on_record(session: Session, person: str) -> Sequence[StageMove]:
    """The moves of a person that hold, in order."""
    query = select(StageMove).where(StageMove.person == person, col(StageMove.superseded_at).is_(None))
    return session.exec(query.order_by(col(StageMove.at), col(StageMove.id))).all()


def _moment(text: str) -> datetime | None:
    from datetime import UTC

    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
