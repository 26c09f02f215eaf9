"""Where an argument came from (authority.md E4): the one place that gives labels to what a brain passes to a skill.

A value keeps the labels of everything the conversation has read, unless its person wrote it themselves or it was looked
up by key in a table of ours. The look-up clears the value, never the choice: a deal, a contact, a draft or a tool that
the person did not ask for carries the labels of whatever may have asked for it instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actions.action import UNTRUSTED_LABELS
from knowledge.model.conversations import READ

from .ledger import LABELS, SHOWN
from .offline.focus import near, target
from .offline.understand import understand_all
from .own_words import tokens, wrote
from .skill import Turn

PERSON = frozenset({"rep_input"})
RECORD = frozenset({"crm_record"})
_FOCUS = {"deal": "deal_id", "account": "account_id", "contact": "contact_id", "draft": "draft_id"}
"""Kind of record -> the key under which the conversation remembers the one it is about."""


def typed(turn: Turn, name: str, value: Any) -> bool:
    """Whether the person wrote this value in this conversation."""
    return wrote((*turn.ledger.words, turn.text), name, value, turn.desk.now)


def was_typed(turn: Turn, words: str) -> bool:
    """Whether the person wrote these words in this conversation."""
    return bool(words.strip()) and typed(turn, "words", words)


def labels_for(turn: Turn, name: str, value: Any, *, spoken: Iterable[str] = ()) -> frozenset[str]:
    """The labels of an argument that somebody wrote; none for an empty one. `name` is the argument's name (`..._fen`
    money, `..._pct` and `..._bp` shares), `spoken` are other words for the same value (丢单 for lost)."""
    if value is None or value in ("", [], (), {}):
        return frozenset()
    if typed(turn, name, value) or any(typed(turn, name, words) for words in spoken):
        return PERSON
    return inferred(turn)


def inferred(turn: Turn) -> frozenset[str]:
    """The labels of what a model made up: its own, and those of everything it has read."""
    return frozenset({"llm_inferred"}) | turn.ledger.labels


def labels_of(turn: Turn, kind: str, id: str, said: str | None = None) -> frozenset[str]:
    """The labels of a record that was looked up by its key. `said` is what it was asked for by, when it was."""
    if (said and typed(turn, kind, said)) or chosen(turn, kind, id):
        return RECORD
    return RECORD | inferred(turn)


def looked_up(turn: Turn, name: str, kind: str, id: str, said: str | None) -> frozenset[str]:
    """`labels_of`, and a line in the ledger about the labels of `said` that the look-up has cleared."""
    labels = labels_of(turn, kind, id, said)
    gone = labels_for(turn, name, said) - labels
    if gone & UNTRUSTED_LABELS:
        turn.ledger.cleared[name] = {"labels": sorted(gone & UNTRUSTED_LABELS), "by": f"{kind}:{id}"}
    return labels


def labels_of_tool(turn: Turn, skill: str) -> frozenset[str]:
    """Whether the person's own words ask for this skill, read the way the offline brain reads them."""
    return PERSON if skill in asked_for(turn) else inferred(turn)


def asked_for(turn: Turn) -> frozenset[str]:
    """The skills that this message asks for."""
    if turn.asked is None:
        names, now = turn.desk.names(), turn.desk.now
        readings = understand_all(turn.text, names, turn.began_with, now, turn.language)
        turn.asked = frozenset(reading.intent for reading in readings)
    return turn.asked


def chosen(turn: Turn, kind: str, id: str) -> bool:
    """Whether the person chose this record: named it, its customer or its people, picked it from a list, or was
    already talking about it."""
    picked = _picked(turn)
    if id in picked:
        return True
    entry = turn.desk.names().by_id.get(id)
    if entry is not None and kind == "deal" and picked & {*entry.parents, *_people_of(turn, id)}:
        # Naming a customer or its people means their deals, unless one of these was named itself.
        below = {deal.id for above in entry.parents for deal in turn.desk.names().children(above, "deal")}
        if not picked & below:
            return True
    kept = (turn.focus.get(LABELS) or {}).get(id)
    return kept is not None and not UNTRUSTED_LABELS & set(kept)


def remember(turn: Turn, kind: str, id: str, labels: Iterable[str]) -> None:
    """The conversation is about this record now; who chose it is remembered with it. Another deal's call is over."""
    if kind == "deal" and turn.focus.get("deal_id") not in (None, id):
        turn.focus.pop("call_id", None)
    turn.focus[_FOCUS[kind]] = id
    kept = {**(turn.focus.get(LABELS) or {}), id: sorted(labels)}
    current = {str(turn.focus.get(key)) for key in _FOCUS.values()}
    turn.focus[LABELS] = {one: kept[one] for one in kept if one in current}


def keep(turn: Turn, text: str) -> None:
    """At the end of a turn: what has been read goes on being known to the conversation, and so does which list the
    person has really seen in the answer's `text`: only from that one can they pick "the second one"."""
    if turn.ledger.labels:
        turn.focus[READ] = sorted(turn.ledger.labels)
    draft = str(turn.focus.get("draft_id") or "")
    if not shown_whole(turn, draft, text):
        remember(turn, "draft", draft, inferred(turn))
    listed = [str(one) for one in turn.focus.get("listed") or []]
    if listed != (turn.began_with.get("listed") or []):
        turn.focus[SHOWN] = _in_order(turn, listed, text)


def shown_whole(turn: Turn, draft: str, text: str) -> bool:
    """Whether a draft of this turn stands in the answer word for word: nobody can ask to send what they have not seen."""
    body = turn.previews.get(draft, ("", ""))[0]
    return tokens(body) in tokens(text)


def _in_order(turn: Turn, listed: list[str], text: str) -> list[str]:
    """As many of the listed records as the text names one after the other."""
    names, at, seen = turn.desk.names().by_id, -1, list[str]()
    for one in listed:
        words = (one, names[one].name) if one in names else (one,)
        at = min((place for word in words if (place := text.find(word, at + 1)) >= 0), default=-1)
        if at < 0:
            break
        seen.append(one)
    return seen


def _picked(turn: Turn) -> frozenset[str]:
    """The ids that the person's words of this conversation name."""
    if turn.picked is None:
        names, found, about = turn.desk.names(), set[str](), near(turn.began_with)
        for line in (*turn.ledger.words, turn.text):
            said = names.spot(line, about)
            around = (*about, *(one.id for one in said if one.kind in ("deal", "account")))
            found.update(one.id for one in (*said, *names.spot(line, around)))
        seen = {**turn.began_with, "listed": turn.began_with.get(SHOWN) or []}
        aim = target(turn.text, names.spot(turn.text, about), seen, names)
        if aim.said:
            found.update(filter(None, (aim.deal, *(entry.id for entry in aim.choices))))
        turn.picked = frozenset(found)
    return turn.picked


def _people_of(turn: Turn, deal_id: str) -> set[str]:
    return {entry.id for entry in turn.desk.names().children(deal_id, "contact")}
