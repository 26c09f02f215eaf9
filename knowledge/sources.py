"""What the search index is made from: rows of the database, with a signature that tells when one changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from . import chunks, terms
from .model import Account, Blueprint, Deal, Interaction
from .passages import Passage

Row = TypeVar("Row", Account, Deal)


@dataclass(frozen=True)
class Source:
    """One interaction or one playbook entry, ready to be indexed: the whole of it and its passages."""

    id: str
    whole: Passage
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Shelf:
    """Everything that can be indexed at one moment. `signatures` is id -> signature of the content."""

    signatures: Mapping[str, str]
    playbooks: tuple[Blueprint, ...]
    accounts: Mapping[str, Account]
    deals: Mapping[str, Deal]


def survey(session: Session, only: Collection[str] | None = None) -> Shelf:
    """Reads what there is and signs each row together with everything its passages take from other rows. `only` are
    the ids of interactions to look at: what else there is, playbooks too, is left as it was."""
    playbooks = _playbooks(session)
    accounts = {account.id: account for account in session.exec(select(Account)).all()}
    deals = {deal.id: deal for deal in session.exec(select(Deal)).all()}
    words = _digest([playbook.version for playbook in playbooks])
    chosen = select(Interaction) if only is None else select(Interaction).where(col(Interaction.id).in_(only))
    signatures = {
        row.id: _sign(row, deals.get(row.deal_id or ""), _account(row, deals, accounts), words)
        for row in session.exec(chosen).yield_per(500)
    }
    for playbook in playbooks if only is None else ():
        signatures |= {
            passage.id: _digest([playbook.version]) for passage in chunks.playbook_passages(playbook)
        }
    return Shelf(signatures=signatures, playbooks=playbooks, accounts=accounts, deals=deals)


def read(session: Session, shelf: Shelf, ids: list[str]) -> list[Source]:
    """The sources behind `ids`, in the order of the ids."""
    words = _words(shelf.playbooks)
    found = {p.id: Source(p.id, p, (p,)) for book in shelf.playbooks for p in chunks.playbook_passages(book)}
    for row in session.exec(select(Interaction).where(col(Interaction.id).in_(ids))).all():
        deal = shelf.deals.get(row.deal_id or "")
        account = _account(row, shelf.deals, shelf.accounts)
        whole = chunks.whole_of(row, deal=deal, account=account)
        passages = chunks.passages_of(row, deal=deal, account=account, playbook=words)
        found[row.id] = Source(row.id, whole, passages)
    return [found[id_] for id_ in ids if id_ in found]


def confirmed(session: Session, passages: Sequence[Passage]) -> frozenset[str]:
    """Ids of those passages that the database still holds, word for word and with the same owner."""
    ids = {passage.interaction_id for passage in passages}
    rows = {
        row.id: row for row in session.exec(select(Interaction).where(col(Interaction.id).in_(ids))).all()
    }
    deals = _named(session, Deal, {row.deal_id for row in rows.values()})
    accounts = _named(
        session, Account, {row.account_id for row in rows.values()} | {d.account_id for d in deals.values()}
    )
    books = _playbooks(session) if any(passage.kind == "playbook" for passage in passages) else ()
    public = {passage.id: passage.text for book in books for passage in chunks.playbook_passages(book)}
    held = {id_ for id_, text in public.items() if any(p.id == id_ and p.text == text for p in passages)}
    for passage in passages:
        row = rows.get(passage.interaction_id)
        if row is None or row.text[passage.start : passage.end] != passage.text:
            continue
        deal = deals.get(row.deal_id or "")
        account = _account(row, deals, accounts)
        if chunks.group_of(row, deal, account) == passage.group:
            held.add(passage.id)
    return frozenset(held)


def _named(session: Session, table: type[Row], ids: set[str | None]) -> dict[str, Row]:
    wanted = sorted(id_ for id_ in ids if id_)
    found = session.exec(select(table).where(col(table.id).in_(wanted))).all() if wanted else ()
    return {row.id: row for row in found}


def _playbooks(session: Session) -> tuple[Blueprint, ...]:
    chosen = (
        select(Blueprint).where(Blueprint.kind == "playbook", col(Blueprint.active)).order_by(Blueprint.id)
    )
    return tuple(session.exec(chosen).all())


def _account(row: Interaction, deals: Mapping[str, Deal], accounts: Mapping[str, Account]) -> Account | None:
    deal = deals.get(row.deal_id or "")
    return accounts.get(row.account_id or (deal.account_id if deal else ""))


def _words(playbooks: tuple[Blueprint, ...]) -> dict[str, Any]:
    return {"objections": [entry for book in playbooks for entry in book.content.get("objections") or ()]}


def _sign(row: Interaction, deal: Deal | None, account: Account | None, words: str) -> str:
    facts: list[Any] = [
        row.id,
        row.kind,
        row.at.isoformat(),
        row.account_id,
        row.deal_id,
        row.team_id,
        row.subject,
        row.text,
    ]
    facts += [row.language, row.segments, words]
    if deal is not None:
        facts += [deal.account_id, deal.team_id, deal.stage, deal.name]
    if account is not None:
        facts += [account.team_id, account.industry, account.name]
    return _digest(facts)


def _digest(facts: list[Any]) -> str:
    text = json.dumps([chunks.VERSION, terms.VERSION, *facts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
