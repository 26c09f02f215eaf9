"""From what a person calls a thing to the thing: deals, customers, colleagues, inside the asker's rights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.model import Contact, Deal
from knowledge.names import Mention, NameIndex
from knowledge.snapshot import DealFacts

from .provenance import RECORD, labels_of, looked_up, remember
from .skill import Turn
from .wording import money, process_of

MOST_CHOICES = 8
_ORDINAL = re.compile(
    r"^(?:第)?([一二三四五六七八九十]|\d{1,2})(?:个|条|单|项)?$|^(?:the )?(first|second|third|last)(?: one)?$",
    re.I,
)
_NUMERALS = {"first": 1, "second": 2, "third": 3, "last": 0} | {
    sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)
}


@dataclass(frozen=True)
class Chosen:
    """The deal that is meant; `note` tells which others could have been, `labels` who chose it."""

    facts: DealFacts
    note: str = ""
    labels: frozenset[str] = RECORD


@dataclass(frozen=True)
class Unclear:
    """Nothing can be done yet; `sentence` asks or says that nothing was found."""

    sentence: str


def near(turn: Turn) -> tuple[str, ...]:
    """The ids the talk is about now, for names that only make sense there."""
    return tuple(
        str(turn.focus[key]) for key in ("deal_id", "account_id", "contact_id") if turn.focus.get(key)
    )


def the_deal(turn: Turn, said: str | None) -> Chosen | Unclear:
    """The deal called `said` (id, name, customer, contact, place in the last list), else the one in focus.

    An unknown and a forbidden deal sound alike.
    """
    if not said or not said.strip():
        return _from_focus(turn)
    ids, others = _candidates(turn, said.strip())
    if len(ids) > 1:
        return ask_which(turn, ids)
    chosen = _open(turn, ids[0], others, said.strip()) if ids else None
    return chosen or not_found(turn, said)


def not_found(turn: Turn, said: str) -> Unclear:
    """The one sentence for what does not exist and for what may not be seen."""
    name = said.strip()[:60]
    return Unclear(
        turn.say(
            f"没有找到“{name}”。请换个说法,或给出商机编号。",
            f"I found nothing called “{name}”. Try another wording, or give the deal's id.",
        )
    )


def ask_which(turn: Turn, deal_ids: Sequence[str]) -> Unclear:
    """A numbered list to choose from; remembers it as the last list shown."""
    shown = [facts.deal for one in deal_ids[:MOST_CHOICES] if (facts := turn.desk.deal(one))]
    turn.focus["listed"] = [deal.id for deal in shown]
    lines = [f"{n}. {_one_line(turn, deal)}" for n, deal in enumerate(shown, start=1)]
    head = turn.say("有几个商机都符合,您指哪一个?", "Several deals fit. Which one do you mean?")
    turn.suggestions.extend(deal.id for deal in shown[:3])
    return Unclear("\n".join([head, *lines]))


def the_contact(turn: Turn, said: str, facts: DealFacts | None) -> list[Contact]:
    """The people at customers called `said`, best first; on the deal in question before elsewhere."""
    around = (*near(turn), *((facts.deal.id, facts.account.id) if facts else ()))
    found = _best(turn.desk.names().resolve(said, "contact", near=around))
    people = [one for mention in found if (one := turn.desk.contact(mention.id))]
    on_deal = {one.id for one in facts.contacts} if facts else set()
    return [one for one in people if one.id in on_deal] or people


def the_account_id(turn: Turn, said: str) -> str:
    """The id of the customer called `said`; "" when there is none or it may not be seen."""
    found = _best(turn.desk.names().resolve(said, "account", near=near(turn)))
    return found[0].id if found and turn.desk.account(found[0].id) else ""


def the_colleague_id(turn: Turn, said: str) -> str:
    """The id of the colleague called `said`, "我" and "me" being the asker; "" when there is none."""
    if said.strip().lower() in {"我", "我的", "本人", "me", "mine", "my", "myself"}:
        return turn.desk.person.id
    found = _best(turn.desk.names().resolve(said, "person"))
    return found[0].id if found else ""


def _from_focus(turn: Turn) -> Chosen | Unclear:
    chosen = _open(turn, str(turn.focus.get("deal_id") or ""), ())
    if chosen:
        return chosen
    account_id = str(turn.focus.get("account_id") or "")
    below = turn.desk.names().children(account_id, "deal") if account_id else []
    chosen = _open(turn, below[0].id, [entry.id for entry in below[1:]]) if below else None
    return chosen or Unclear(
        turn.say(
            "请告诉我是哪个商机:商机名、客户名或编号都可以。",
            "Which deal do you mean? Its name, the customer's name or its id will do.",
        )
    )


def _candidates(turn: Turn, said: str) -> tuple[list[str], list[str]]:
    """Deals equally well meant by `said`, and further ones of the same customer."""
    listed = _from_list(turn, said)
    if listed:
        return [listed], []
    names = turn.desk.names()
    found = names.resolve(said, near=near(turn))
    deals = _best([one for one in found if one.kind == "deal"])
    accounts = _best([one for one in found if one.kind == "account"])
    if deals and (not accounts or deals[0].score >= accounts[0].score):
        return [one.id for one in deals], []
    if len(accounts) > 1:
        return [entry.id for one in accounts for entry in names.children(one.id, "deal")[:2]], []
    if accounts:
        below = [entry.id for entry in names.children(accounts[0].id, "deal")]
        return below[:1], below[1:]
    return _of_contact(turn, names, _best([one for one in found if one.kind == "contact"])), []


def _of_contact(turn: Turn, names: NameIndex, contacts: Sequence[Mention]) -> list[str]:
    deals = {
        parent: names.by_id[parent].rank
        for one in contacts
        for parent in names.by_id[one.id].parents
        if parent in names.by_id and names.by_id[parent].kind == "deal"
    }
    in_focus = str(turn.focus.get("deal_id") or "")
    if in_focus in deals:
        return [in_focus]
    ordered = sorted(deals, key=lambda one: (-deals[one], one))
    return ordered[:1] if len(contacts) == 1 else ordered


def _from_list(turn: Turn, said: str) -> str:
    match = _ORDINAL.match(said)
    listed = [str(one) for one in turn.focus.get("listed") or []]
    if not match or not listed:
        return ""
    word = (match[1] or match[2]).lower()
    place = _NUMERALS[word] if word in _NUMERALS else int(word)
    place = len(listed) if word == "last" else place
    return listed[place - 1] if 1 <= place <= len(listed) else ""


def _best(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that fit as well as the best one, one an id."""
    top = max((one.score for one in mentions), default=0.0)
    return list({one.id: one for one in mentions if one.score >= top - 0.05}.values())


def _open(turn: Turn, deal_id: str, others: Sequence[str], said: str = "") -> Chosen | None:
    facts = turn.desk.deal(deal_id) if deal_id else None
    if facts is None:
        return None
    deal = facts.deal.id
    labels = looked_up(turn, "deal", "deal", deal, said) if said else labels_of(turn, "deal", deal)
    remember(turn, "account", facts.account.id, labels)
    remember(turn, "deal", deal, labels)
    names = turn.desk.names().by_id
    named = [f"{names[one].name}({one})" for one in others[:3] if one in names]
    if not named:
        return Chosen(facts, labels=labels)
    more = f" …({len(others)})" if len(others) > len(named) else ""
    return Chosen(
        facts,
        turn.say(
            f"同一客户还有:{'、'.join(named)}{more}", f"The same customer also has: {', '.join(named)}{more}"
        ),
        labels=labels,
    )


def _one_line(turn: Turn, deal: Deal) -> str:
    stage = process_of(turn).stage_name(deal.stage, turn.language)
    return f"{deal.name}({deal.id})· {stage} · {money(deal.amount_fen, deal.currency)}"
