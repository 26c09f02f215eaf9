"""How well a deal is qualified (definitions.md D3): a rating a field, 0..3, and the words it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from knowledge.blueprints.qualification import TOP_RATING, FieldRule, Framework
from knowledge.insight.minutes import Said

from .evidence import Heard

_FIGURE = re.compile(r"\d|[零一二三四五六七八九十百千万两]{2,}|[一二三四五六七八九两][万亿个天月年周台套]")


class Rating(BaseModel):
    """0 unknown, 1 we assume, 2 the customer said so, 3 said and verified: by a figure, or in another talk again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    rating: int
    quote: Said | None = None
    call_id: str = ""


@dataclass(frozen=True)
class Qualification:
    """`pct` = sum of weight times rating over three times the sum of weights; `level` by the book; `n` talks were read."""

    framework: str
    ratings: tuple[Rating, ...]
    pct: float
    level: str
    n: int


def qualify(
    framework: Framework, levels: Sequence[tuple[float, str]], calls: Sequence[Heard]
) -> Qualification:
    """The ratings from the talks of one deal, oldest first; the newest quote is shown."""
    ratings = tuple(lowered(_rating(rule, calls)) for rule in framework.fields)
    weights = {rule.id: rule.weight for rule in framework.fields}
    reached = sum(weights[one.field] * one.rating for one in ratings)
    pct = round(100 * reached / (TOP_RATING * sum(weights.values())), 1)
    level = next((name for least, name in levels if pct >= least), "")
    return Qualification(framework.id, ratings, pct, level, len(calls))


def lowered(rating: Rating) -> Rating:
    """2 and more need the customer's own words; without them it is an assumption (1)."""
    if rating.rating >= 2 and (rating.quote is None or not rating.quote.quote.strip()):
        return rating.model_copy(update={"rating": 1})
    return rating


def missing_for(framework: Framework, stage: str, found: Qualification) -> tuple[str, ...]:
    """The fields whose rating is below the gate of a stage, in the framework's order."""
    gate = framework.gates.get(stage, {})
    return tuple(one.field for one in found.ratings if one.rating < gate.get(one.field, 0))


def bant_qualified(found: Qualification) -> bool:
    """Need at 2 or more and two others too (our default)."""
    known = {one.field for one in found.ratings if one.rating >= 2}
    return "need" in known and len(known) >= 3


def _rating(rule: FieldRule, calls: Sequence[Heard]) -> Rating:
    found = [(heard.talk.id, one) for heard in calls for one in _said(rule, heard)]
    if found:
        call_id, newest = found[-1]
        verified = bool(_FIGURE.search(newest.quote)) or len({one for one, _ in found}) > 1
        return Rating(field=rule.id, rating=3 if verified else 2, quote=newest, call_id=call_id)
    for heard in reversed(calls):
        for at, line in enumerate(heard.talk.lines):
            if line.side == "rep" and _speaks(line.text, rule.assumed):
                return Rating(field=rule.id, rating=1, quote=heard.said(at), call_id=heard.talk.id)
    return Rating(field=rule.id, rating=0)


def _said(rule: FieldRule, heard: Heard) -> list[Said]:
    """What the customer said of it, in order: facts, and words that show it themselves."""
    facts = [
        heard.said(one.line, one.quote) for one in heard.minutes.customer_facts if one.field in rule.facts
    ]
    lines = enumerate(heard.talk.lines)
    shown = [
        heard.said(at) for at, line in lines if line.side == "customer" and _speaks(line.text, rule.says)
    ]
    return sorted([*facts, *shown], key=lambda one: one.line)


def _speaks(text: str, words: Sequence[str]) -> bool:
    """Chinese words anywhere, English ones whole."""
    folded = text.casefold()
    return any(
        re.search(rf"(?<![a-z]){re.escape(word.casefold())}(?![a-z])", folded)
        if word.isascii()
        else word in text
        for word in words
    )
