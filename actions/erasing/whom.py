"""Who is to be erased: what they are called, which rows are theirs, who else bears the name, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, func, or_, select

from actions.action import State
from actions.effect import BadArguments
from actions.tables import Action
from knowledge.model import Account, Contact, Deal, Identity, Lead, Person
from knowledge.name_forms import TOO_COMMON, surname

from .redactor import MARK, Redactor, near_patterns

KINDS = ("contact", "person", "account")
OPEN = (State.PENDING, State.SCHEDULED, State.EXECUTING)


@dataclass(frozen=True, kw_only=True)
class Whom:
    """One person or firm. `sure` is what they are called, `redactor` finds it; the ids are of rows that are theirs, `about`
    of deals and accounts in which it is clear who is meant. `namesakes` are ids of others who bear the same name; in rows
    that are theirs (`foreign` ids of contacts, colleagues, accounts and deals) `elsewhere` finds only what is not shared."""

    kind: str
    id: str
    sure: tuple[str, ...]
    redactor: Redactor
    contact_ids: frozenset[str] = frozenset()
    lead_ids: frozenset[str] = frozenset()
    account_ids: frozenset[str] = frozenset()
    deal_ids: frozenset[str] = frozenset()
    person_id: str = ""
    near_accounts: frozenset[str] = frozenset()
    near_deals: frozenset[str] = frozenset()
    namesakes: tuple[str, ...] = ()
    foreign: frozenset[str] = frozenset()
    elsewhere: Redactor

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called as speakers."""
        return tuple(one for one in self.sure if "@" not in one and not one.replace("-", "").isdigit())

    def ids(self) -> frozenset[str]:
        """Every id under which they stand in other rows."""
        return self.contact_ids | self.lead_ids | ({self.person_id} if self.person_id else frozenset())


def find_whom(session: Session, kind: str, id_: str) -> Whom:
    """Raises BadArguments when there is nobody of this kind and id, or they were erased before."""
    makers = {"contact": _contact, "person": _person, "account": _account}
    if kind not in makers:
        raise BadArguments(f"对象须为 / the kind must be one of: {', '.join(KINDS)}")
    return makers[kind](session, id_)


def held(session: Session, whom: Whom, but: str = "") -> list[str]:
    """Codes of open actions about them: nothing is erased under a deed that is still on its way."""
    query = select(Action).where(col(Action.state).in_(OPEN), Action.id != but, Action.canary_of == "")
    return sorted(row.code for row in session.exec(query) if concerns(row, whom))


def concerns(action: Action, whom: Whom) -> bool:
    """Whether an action is about them: it names them, or is about a deal of theirs, or (a colleague) they asked for it."""
    if action.resource_id in whom.deal_ids or (whom.person_id and action.requester_id == whom.person_id):
        return True
    if action.action in ("change_rule", "erase_data"):
        return False
    return named(whom, action.payload) or whom.redactor.touches_value([action.facts, action.result])


def named(whom: Whom, text: str) -> bool:
    """Whether a JSON text names them, or one of their ids."""
    return whom.redactor.touches(text) or any(f'"{one}"' in text for one in whom.ids())


def _contact(session: Session, id_: str) -> Whom:
    row = session.get(Contact, id_)
    if row is None or row.name == MARK:
        raise _nobody(id_)
    others = _namesakes(session, row.name, id_)
    sure = _called(row.name, row.email, row.phone)
    colleagues = session.exec(
        select(Contact.name).where(Contact.account_id == row.account_id, Contact.id != id_)
    )
    return Whom(
        kind="contact",
        id=id_,
        sure=sure,
        redactor=Redactor(sure, _near(row.name, colleagues)),
        contact_ids=frozenset({id_}),
        lead_ids=_leads(session, row.email, row.phone),
        near_accounts=frozenset({row.account_id}),
        near_deals=frozenset(session.exec(select(Deal.id).where(Deal.account_id == row.account_id))),
        namesakes=others,
        foreign=_foreign(session, others) - {row.account_id},
        elsewhere=Redactor(one for one in sure if one != row.name),
    )


def _person(session: Session, id_: str) -> Whom:
    row = session.get(Person, id_)
    if row is None or row.name == MARK:
        raise _nobody(id_)
    accounts = [one.external_id for one in session.exec(select(Identity).where(Identity.person_id == id_))]
    sure = _called(row.name, row.email, *accounts)
    others = _namesakes(session, row.name, id_)
    return Whom(
        kind="person",
        id=id_,
        sure=sure,
        redactor=Redactor(sure),
        person_id=id_,
        namesakes=others,
        foreign=_foreign(session, others),
        elsewhere=Redactor(one for one in sure if one != row.name),
    )


def _account(session: Session, id_: str) -> Whom:
    row = session.get(Account, id_)
    known = select(Contact).where(Contact.account_id == id_, Contact.name != MARK)
    contacts = list(session.exec(known)) if row else []
    if row is None or row.name == MARK:
        raise _nobody(id_)
    people = [value for one in contacts for value in (one.name, one.email, one.phone)]
    aliases = [one for one in row.aliases if one not in TOO_COMMON]
    sure = _called(row.name, *aliases, *row.domains, *people)
    deals = frozenset(session.exec(select(Deal.id).where(Deal.account_id == id_)))
    near = [pattern for one in contacts for pattern in near_patterns(one.name)]
    leads = [id_ for one in contacts for id_ in _leads(session, one.email, one.phone)]
    same = session.exec(select(Account.id).where(Account.name == row.name, Account.id != id_))
    return Whom(
        kind="account",
        id=id_,
        sure=sure,
        redactor=Redactor(sure, near),
        contact_ids=frozenset(one.id for one in contacts),
        lead_ids=frozenset(leads),
        account_ids=frozenset({id_}),
        deal_ids=deals,
        near_accounts=frozenset({id_}),
        near_deals=deals,
        namesakes=tuple(same),
        foreign=frozenset(same),
        elsewhere=Redactor(people),
    )


def _near(name: str, colleagues: Iterable[str]) -> list[str]:
    """Near ways to speak of somebody; none where a colleague at the same customer could be meant as well."""
    family = surname(name)
    return [] if any(surname(other) == family for other in colleagues) else near_patterns(name)


def _called(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value and len(value.strip()) >= 2))


def _namesakes(session: Session, name: str, but: str) -> tuple[str, ...]:
    """Others of exactly this name, contacts and colleagues."""
    if not name:
        return ()
    found = [
        *session.exec(select(Contact.id).where(Contact.name == name)),
        *session.exec(select(Person.id).where(Person.name == name)),
    ]
    return tuple(sorted({one for one in found if one != but}))


def _foreign(session: Session, others: Iterable[str]) -> frozenset[str]:
    """Ids that stand for namesakes: themselves, and the customers and deals they belong to."""
    found = set(others)
    accounts = session.exec(select(Contact.account_id).where(col(Contact.id).in_(found))).all()
    deals = session.exec(select(Deal.id).where(col(Deal.account_id).in_(accounts))).all()
    return frozenset([*found, *accounts, *deals])


def _leads(session: Session, email: str, phone: str) -> frozenset[str]:
    """Leads with the same address or number."""
    same = [func.lower(Lead.email) == email.lower()] if email else []
    same += [Lead.phone == phone] if phone else []  # type: ignore[list-item]
    return frozenset(session.exec(select(Lead.id).where(or_(*same)))) if same else frozenset()


def _nobody(id_: str) -> BadArguments:
    return BadArguments(f"没有 {id_},或已经删除过 / there is no {id_}, or it was erased before")
