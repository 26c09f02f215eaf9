"""How well a deal is qualified by what was said in its calls: MEDDICC and BANT, each rating with the customer's words."""

from __future__ import annotations

from pydantic import ValidationError

from knowledge import blueprints
from knowledge.blueprints.qualification import FieldRule, Framework, QualificationBook
from knowledge.insight.reviews import Heard, Qualification, Rating, missing_for, qualify
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .calls import has_words, quoted
from .minutes import minutes_of, talk_of
from .skill import Turn
from .wording import process_of

MOST_CALLS = 20
SHOWN = 4
LEVELS = {
    "strong": ("扎实", "strong"),
    "developing": ("推进中", "developing"),
    "weak": ("薄弱", "weak"),
    "unqualified": ("未达标", "unqualified"),
}


def book_of(turn: Turn) -> QualificationBook:
    """The frameworks in force; those that ship when the published ones do not have their shape."""
    try:
        return QualificationBook.model_validate(turn.desk.blueprint("qualification", "default"))
    except ValidationError:
        return QualificationBook.model_validate(blueprints.default("qualification"))


def qualified(turn: Turn, facts: DealFacts) -> tuple[list[Qualification], dict[str, Interaction]]:
    """Every framework's ratings from the deal's newest calls the asker may read, oldest first, and the calls by id. Rules
    read them, so that one question does not send every old call to a model."""
    rows = [row for row in turn.desk.calls(deal_id=facts.deal.id) if has_words(row)][:MOST_CALLS][::-1]
    heard = [
        Heard(talk=talk_of(row, facts), minutes=minutes_of(turn, row, facts, by_model=False)) for row in rows
    ]
    book = book_of(turn)
    found = [qualify(framework, book.levels, heard) for framework in book.frameworks]
    return found, {row.id: row for row in rows}


def lines(turn: Turn, facts: DealFacts) -> list[str]:
    """A line a framework, then the quotes behind its highest ratings and what its stage still lacks."""
    found, rows = qualified(turn, facts)
    book = book_of(turn)
    told: list[str] = []
    for one in found:
        framework = book.framework(one.framework)
        if framework is not None and one.n:
            told += _framework(turn, facts, framework, one, rows, whole=not told)
    return told


def _framework(
    turn: Turn,
    facts: DealFacts,
    framework: Framework,
    found: Qualification,
    rows: dict[str, Interaction],
    *,
    whole: bool,
) -> list[str]:
    rules = {rule.id: rule for rule in framework.fields}
    ratings = turn.say("、", ", ").join(
        f"{_name(turn, rules[one.field])} {one.rating}" for one in found.ratings
    )
    level = turn.say(*LEVELS.get(found.level, (found.level, found.level)))
    told = [f"{framework.id}(n={found.n}):{found.pct:g}% {level} — {ratings}"]
    if not whole:
        return told
    known = [
        one for one in found.ratings if one.rating >= 2 and one.quote is not None and one.call_id in rows
    ]
    for one in sorted(known, key=lambda rating: (-rating.rating, -rules[rating.field].weight))[:SHOWN]:
        told.append(f"  - {_name(turn, rules[one.field])}:{_quote(turn, one, rows)}")
    lacks = missing_for(framework, facts.deal.stage, found)
    if lacks:
        stage = process_of(turn).stage_name(facts.deal.stage, turn.language)
        names = turn.say("、", ", ").join(_name(turn, rules[field]) for field in lacks)
        told.append(turn.say(f"  {stage}阶段还缺:{names}", f"  still missing for {stage}: {names}"))
    return told


def _quote(turn: Turn, rating: Rating, rows: dict[str, Interaction]) -> str:
    assert rating.quote is not None
    return quoted(turn, rows[rating.call_id], rating.quote)


def _name(turn: Turn, rule: FieldRule) -> str:
    return turn.say(rule.name, rule.name_en)
