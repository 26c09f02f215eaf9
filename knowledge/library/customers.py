"""Accounts, the people there, and the names and domains by which customers are known."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, literal
from sqlmodel import Session, col, or_, select

from knowledge.model import Account, Contact, Deal, DealContact

from .deals import is_of


def account(session: Session, account_id: str) -> Account | None:
    """The customer with this id."""
    return session.get(Account, account_id)


def accounts(session: Session, teams: frozenset[str], owner_id: str = "") -> Sequence[Account]:
    """The customers these teams (or this colleague) own or have a deal with, by id."""
    query = select(Account).where(is_seen_by(teams, owner_id)).order_by(col(Account.id))
    return session.exec(query).all()


def contact(session: Session, contact_id: str) -> Contact | None:
    """The person at a customer with this id."""
    return session.get(Contact, contact_id)


def contacts(session: Session, account_id: str) -> Sequence[Contact]:
    """The people at one customer, by id."""
    query = select(Contact).where(Contact.account_id == account_id).order_by(col(Contact.id))
    return session.exec(query).all()


def contacts_of_teams(session: Session, teams: frozenset[str], owner_id: str = "") -> Sequence[Contact]:
    """The people at all customers these teams (or this colleague) own or have a deal with, by id."""
    query = select(Contact).join(Account, col(Account.id) == col(Contact.account_id))
    return session.exec(query.where(is_met_by(teams, owner_id)).order_by(col(Contact.id))).all()


def contacts_by_email(session: Session, address: str) -> Sequence[Contact]:
    """The people with this mail address, case ignored, by id; several customers may list the same one."""
    wanted = address.strip().casefold()
    query = select(Contact).where(col(Contact.email).ilike(_literal(wanted), escape="\\"))
    return session.exec(query.order_by(col(Contact.id))).all() if wanted else []


def deal_contacts(session: Session, deal_id: str) -> Sequence[Contact]:
    """The people who take part in a deal, by id."""
    query = select(Contact).join(DealContact, col(DealContact.contact_id) == col(Contact.id))
    return session.exec(query.where(DealContact.deal_id == deal_id).order_by(col(Contact.id))).all()


def contacts_of_deals(session: Session, deal_ids: Sequence[str]) -> dict[str, list[Contact]]:
    """Deal id -> the people who take part in it, by id."""
    found: dict[str, list[Contact]] = {}
    for start in range(0, len(deal_ids), 500):
        query = select(DealContact.deal_id, Contact).join(
            Contact, col(DealContact.contact_id) == col(Contact.id)
        )
        query = query.where(col(DealContact.deal_id).in_(deal_ids[start : start + 500]))
        for deal_id, contact in session.exec(query.order_by(col(Contact.id))):
            found.setdefault(deal_id, []).append(contact)
    return found


def known_domains(session: Session) -> frozenset[str]:
    """Mail domains known to belong to customers, lower case."""
    lists = session.exec(select(Account.domains)).all()
    return frozenset(domain.strip().lower() for domains in lists for domain in domains if domain.strip())


def customer_names(session: Session) -> dict[str, tuple[str, ...]]:
    """Account id -> its names, official one first: what a mail to another customer must not contain."""
    rows = session.exec(select(Account.id, Account.name, Account.aliases).order_by(col(Account.id))).all()
    return {account_id: (name, *aliases) for account_id, name, aliases in rows}


def is_seen_by(teams: frozenset[str], owner_id: str = "") -> ColumnElement[bool]:
    """The condition that one of these teams, or this colleague themselves, owns the customer or has a deal with it."""
    with_deal = select(Deal.account_id).where(is_of(teams, owner_id))
    mine = and_(literal(owner_id) != "", col(Account.owner_id) == owner_id)
    return or_(col(Account.team_id).in_(teams), mine, col(Account.id).in_(with_deal))


def is_met_by(teams: frozenset[str], owner_id: str = "") -> ColumnElement[bool]:
    """The condition on a contact joined with its account: the customer is seen, or the contact takes part in a deal that
    is (an adviser from another house, say)."""
    on_deal = select(DealContact.contact_id).join(Deal, col(Deal.id) == col(DealContact.deal_id))
    return or_(is_seen_by(teams, owner_id), col(Contact.id).in_(on_deal.where(is_of(teams, owner_id))))


def _literal(text: str) -> str:
    """`text` with LIKE's wildcards escaped."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
