"""The scorecards in force, which of them is for a call and for whom, and what people marked on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from knowledge import blueprints
from knowledge.blueprints.scorecard import Question, Scorecard
from knowledge.insight.reviews import Answer
from knowledge.model import HumanMark, Interaction, Person
from knowledge.snapshot import DealFacts

from .measuring import metrics_of, type_of
from .reviewing import leads, rep_of
from .skill import Turn


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What one person said of one call on one card: the newest of each question, and how often something was changed."""

    scorer: str
    name: str
    answers: Mapping[str, Answer]
    edits: int


def cards_of(turn: Turn) -> list[tuple[Scorecard, str]]:
    """The cards in force with their versions (SHA-256): named ones first, by name, then the default, which is the one that
    ships when the published one does not have its shape."""
    return turn.once("scorecards", lambda: _cards_of(turn))


def _cards_of(turn: Turn) -> list[tuple[Scorecard, str]]:
    found: dict[str, tuple[Scorecard, str]] = {}
    for name, content in sorted(turn.desk.blueprints("scorecard").items()):
        try:
            found[name] = Scorecard.model_validate(content), blueprints.version_of(content)
        except ValidationError:
            continue
    shipped = blueprints.default("scorecard")
    default = found.pop("default", None) or (
        Scorecard.model_validate(shipped),
        blueprints.version_of(shipped),
    )
    return [*(found[name] for name in sorted(found)), default]


def card_for(
    turn: Turn, row: Interaction, facts: DealFacts | None, person: Person | None = None
) -> tuple[Scorecard, str] | None:
    """The first card whose filter takes this call and in which this colleague (whose call it is, where none is given) takes
    part; None: no card is for it."""
    seconds = metrics_of(turn, row).seconds
    fields = {
        "kind": row.kind,
        "lines": len(row.segments),
        "seconds": seconds,
        "call_type": type_of(turn, row, facts),
        "stage": facts.deal.stage if facts else "",
    }
    for card, version in cards_of(turn):
        if card.call_filter.fits(**fields) and (person is None or takes_part(turn, row, person, card)):  # type: ignore[arg-type]
            return card, version
    return None


def takes_part(turn: Turn, row: Interaction, person: Person, card: Scorecard) -> bool:
    """Whether this call is one of theirs (definitions.md D5, participants): host, attended or invited."""
    if rep_of(turn, row) == person.id:
        return True
    if card.participants == "host":
        return False
    spoke = {str(one.get("speaker") or "") for one in row.segments if one.get("side") != "customer"}
    if person.name in spoke:
        return True
    if card.participants == "attended":
        return False
    return person.id in turn.once(("invited", row.id), lambda: turn.desk.invited(row.id))


def calls_of(
    turn: Turn, person: Person, since: datetime | None = None, until: datetime | None = None
) -> Sequence[Interaction]:
    """The calls that are one colleague's by some card in force, newest first: as a rule those that are theirs; where a card
    is for whoever took part, also those in which they did."""
    if all(card.participants == "host" for card, _ in cards_of(turn)):
        return turn.desk.calls(person.id, since, until)
    return [row for row in turn.desk.calls("", since, until) if is_of(turn, row, person)]


def is_of(turn: Turn, row: Interaction, person: Person) -> bool:
    """Whether a call is this colleague's by some card in force."""
    return any(takes_part(turn, row, person, card) for card, _ in cards_of(turn))


def marks_of(turn: Turn, row: Interaction, card: Scorecard) -> list[Marked]:
    """What each person scored, as far as the asker may see it: one scoring a person, a call and a card; the newest of each
    question counts, earlier ones stay. In the order in which people first scored."""
    by_person: dict[str, dict[str, list[HumanMark]]] = {}
    for mark in turn.desk.marks(row.id, card.id):
        by_person.setdefault(mark.scorer_id, {}).setdefault(mark.question_id, []).append(mark)
    return [
        _marked(turn, card, scorer, found)
        for scorer, found in by_person.items()
        if _sees(turn, row, card, scorer)
    ]


def _sees(turn: Turn, row: Interaction, card: Scorecard, scorer: str) -> bool:
    me = turn.desk.person.id
    if scorer == me or card.visibility == "public":
        return True
    if card.visibility == "scorer":
        return False
    rep = turn.desk.colleague(rep_of(turn, row))
    is_rep = rep is not None and rep.id == me
    return (rep is not None and leads(turn, rep)) or (is_rep and card.visibility == "scored+managers")


def _marked(turn: Turn, card: Scorecard, scorer: str, found: Mapping[str, list[HumanMark]]) -> Marked:
    answers: dict[str, Answer] = {}
    for question_id, history in found.items():
        question = card.question(question_id)
        if question is not None and (said := _answer(question, history[-1], scorer)) is not None:
            answers[question_id] = said
    who = turn.desk.colleague(scorer)
    return Marked(
        scorer=scorer,
        name=who.name if who else scorer,
        answers=answers,
        edits=sum(len(history) - 1 for history in found.values()),
    )


def _answer(question: Question, mark: HumanMark, scorer: str) -> Answer | None:
    """A mark that an earlier version of the card allowed and this one does not is left out."""
    try:
        value = question.value_of(mark.value)
    except ValueError:
        return None
    return Answer(question_id=question.id, value=value, by=scorer, reason=mark.note)
