"""Every name one asker may speak of: accounts, deals, contacts, products, colleagues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.model import OPEN_STAGES, Account, Contact, Deal, DealContact, Person, Product
from knowledge.names import OPEN_RANK, NameEntry

from .customers import is_met_by, is_seen_by
from .deals import is_of


def name_entries(session: Session, teams: frozenset[str], owner_id: str = "") -> list[NameEntry]:
    """The names of what these teams (and this colleague themselves) may see, of all products and active colleagues.

    A deal's rank is its creation day, open deals above closed ones; only columns are read, not whole rows.
    """
    return [
        *_accounts(session, teams, owner_id),
        *_deals(session, teams, owner_id),
        *_contacts(session, teams, owner_id),
        *_products(session),
        *_people(session),
    ]


def _accounts(session: Session, teams: frozenset[str], owner_id: str) -> Iterator[NameEntry]:
    query = select(Account.id, Account.name, Account.aliases).where(is_seen_by(teams, owner_id))
    for id_, name, aliases in session.exec(query.order_by(col(Account.id))):
        yield NameEntry(kind="account", id=id_, name=name, aliases=tuple(aliases or ()))


def _deals(session: Session, teams: frozenset[str], owner_id: str) -> Iterator[NameEntry]:
    query = select(Deal.id, Deal.name, Deal.account_id, col(Deal.created_at)).where(is_of(teams, owner_id))
    still_open = set(session.exec(select(Deal.id).where(col(Deal.stage).in_(OPEN_STAGES))))
    for id_, name, account_id, created_at in session.exec(query.order_by(col(Deal.id))):
        rank = _day(created_at) + (OPEN_RANK if id_ in still_open else 0)
        yield NameEntry(kind="deal", id=id_, name=name, parents=(account_id,), rank=rank)


def _contacts(session: Session, teams: frozenset[str], owner_id: str) -> Iterator[NameEntry]:
    deals_of: dict[str, list[str]] = defaultdict(list)
    links = select(DealContact.contact_id, DealContact.deal_id).join(
        Deal, col(Deal.id) == col(DealContact.deal_id)
    )
    links = links.where(is_of(teams, owner_id)).order_by(col(DealContact.deal_id))
    seen = set(session.exec(select(Account.id).where(is_seen_by(teams, owner_id))))
    for contact_id, deal_id in session.exec(links):
        deals_of[contact_id].append(deal_id)
    query = select(Contact).join(Account, col(Account.id) == col(Contact.account_id))
    query = query.where(is_met_by(teams, owner_id)).order_by(col(Contact.id))
    for row in session.exec(query):
        aliases = (row.email,) if row.email else ()
        accounts = (row.account_id,) if row.account_id in seen else ()
        parents = (*accounts, *deals_of[row.id])
        yield NameEntry(
            kind="contact", id=row.id, name=row.name, aliases=aliases, parents=parents, title=row.title
        )


def _products(session: Session) -> Iterator[NameEntry]:
    query = select(Product.id, Product.name, Product.aliases).order_by(col(Product.id))
    for id_, name, aliases in session.exec(query):
        yield NameEntry(kind="product", id=id_, name=name, aliases=tuple(aliases or ()))


def _people(session: Session) -> Iterator[NameEntry]:
    query = select(Person).where(col(Person.active).is_(True)).order_by(col(Person.id))
    for row in session.exec(query):
        aliases = (row.email,) if row.email else ()
        yield NameEntry(kind="person", id=row.id, name=row.name, aliases=aliases, title=row.title)


def _day(moment: datetime) -> int:
    return moment.toordinal()
