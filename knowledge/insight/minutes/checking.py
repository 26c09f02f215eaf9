"""Minutes somebody else wrote, a model or a person, held against the transcript: what is not verbatim there goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .shape import (
    UNRESOLVED,
    CustomerFact,
    Decision,
    Minutes,
    NextMeeting,
    Objection,
    OpenQuestion,
    Said,
    Talk,
    Todo,
    Topic,
    Uncertain,
)

Strange = Callable[[str, str], Sequence[str]]
"""The figures of a first text that a second one does not state."""

NEAR_S = 2.0
"""How far a stated second may lie from that of the line, for rounding."""

SHORTEST_QUOTE = 2
LISTS: dict[str, type[Said]] = {
    "topics": Topic,
    "decisions": Decision,
    "todos": Todo,
    "customer_facts": CustomerFact,
    "objections": Objection,
    "open_questions": OpenQuestion,
}
"""The lists of a draft and what their items are."""

OWN_WORDS = {"decisions": "text", "todos": "action", "topics": "title"}
"""Fields in which a writer uses words of their own; their figures must be the transcript's."""

Item = TypeVar("Item", bound=Said)


def holds(talk: Talk, one: Said) -> bool:
    """Whether the quote stands word for word in the line it names, said by whom and when it says."""
    if not 0 <= one.line < len(talk.lines) or len(one.quote.strip()) < SHORTEST_QUOTE:
        return False
    line = talk.lines[one.line]
    when = one.t is None or line.start is None or abs(one.t - line.start) <= NEAR_S
    return one.quote in line.text and when and one.speaker in ("", line.speaker)


def faults(talk: Talk, minutes: Minutes) -> tuple[Said, ...]:
    """Every item whose quote does not hold; empty when the minutes may be shown."""
    later = minutes.next_meeting
    items: list[Said] = [*minutes.gist, *([later, *later.because] if later else [])]
    for name in LISTS:
        items += getattr(minutes, name)
    return tuple(one for one in items if not holds(talk, one))


def checked(
    talk: Talk, draft: dict[str, Any], strange: Strange, classes: Sequence[str] = ()
) -> dict[str, Any]:
    """The lists of a draft as typed items that hold, with what was dropped and doubted under `uncertain`.

    `draft` is a model's JSON: lists of objects as in shape.py. An item with a wrong shape, a quote that is not verbatim
    at its line, an unknown objection class, or a value that is no piece of its quote is dropped. A decision or to-do
    whose own words state a figure that nobody said is put into the words of its quote instead.
    """
    doubts: list[Uncertain] = []
    found: dict[str, Any] = {}
    for name, shape in LISTS.items():
        given = draft.get(name)
        items = [_item(talk, shape, raw, doubts) for raw in given] if isinstance(given, list) else []
        kept = [one for one in items if one is not None and _fits(one, classes)]
        kept = [_own_words(talk, name, one, strange, doubts) for one in kept]
        found[name] = tuple(dict.fromkeys(sorted(kept, key=lambda one: one.line)))
    raw = draft.get("next_meeting")
    found["next_meeting"] = _item(talk, NextMeeting, raw, doubts) if isinstance(raw, dict) else None
    doubts += [
        Uncertain(about="owner", text=one.action, line=one.line)
        for one in found["todos"]
        if one.owner == UNRESOLVED
    ]
    return found | {"uncertain": tuple(dict.fromkeys(doubts))}


def _item(talk: Talk, shape: type[Item], raw: Any, doubts: list[Uncertain]) -> Item | None:
    """One item, its speaker and second taken from the line; None when its quote does not hold."""
    if not isinstance(raw, dict):
        return None
    known = {name: value for name, value in raw.items() if name in shape.model_fields}
    try:
        one = shape.model_validate(known)
    except ValidationError:
        return None
    if not holds(talk, one):
        doubts.append(Uncertain(about="quote", text=one.quote[:80]))
        return None
    line = talk.lines[one.line]
    extra: dict[str, Any] = {"speaker": line.speaker, "t": line.start}
    if isinstance(one, Todo):
        extra["owner"] = one.owner if _is_there(talk, one.owner) else UNRESOLVED
    if isinstance(one, Topic):
        last = min(max(one.last, one.line), len(talk.lines) - 1)
        extra |= {"last": last, "t0": line.start, "t1": talk.lines[last].end or talk.lines[last].start}
    return one.model_copy(update=extra)


def _is_there(talk: Talk, owner: str) -> bool:
    """Whether somebody of that name speaks or is spoken of in the talk."""
    name = owner.strip()
    return bool(name) and any(name == line.speaker or name in line.text for line in talk.lines)


def _fits(one: BaseModel, classes: Sequence[str]) -> bool:
    if isinstance(one, Objection):
        return one.class_id in classes
    if isinstance(one, CustomerFact):
        return bool(one.value) and one.value in one.quote
    return True


def _own_words(talk: Talk, name: str, one: Said, strange: Strange, doubts: list[Uncertain]) -> Said:
    field = OWN_WORDS.get(name, "")
    said = str(getattr(one, field, "")) if field else ""
    wrong = strange(said, "\n".join(line.text for line in talk.lines)) if said else ()
    if not wrong:
        return one
    doubts.append(Uncertain(about="number", text=f"{said} ({', '.join(wrong)})"[:200], line=one.line))
    return one.model_copy(update={field: one.quote})
