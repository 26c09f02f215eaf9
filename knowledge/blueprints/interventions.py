"""Interventions: in which stage, upon which behaviour, which action is asked for; every one goes through the gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .journey import Match

PLACES = frozenset({"name", "company", "product", "sender"})
"""What a text may ask for; a line that asks for something the records do not have is left out."""
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Answer(BaseModel):
    """An approved answer to a question that has one of these words in it."""

    model_config = ConfigDict(extra="forbid")

    words: list[str] = Field(min_length=1)
    text: str
    text_en: str = ""


class Intervention(BaseModel):
    """One row: stage × behaviour → action. Behaviour: a touch that fits `when`, or `quiet_days` without any touch of theirs.

    `action`: message (approved `text`), answer (the fitting one of `answers`, a task where none fits), discount
    (`discount_bp` on the offer), task (`text`). Not again for the same person within `window_days`; a touch older than
    `fresh_hours` starts nothing any more.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern="^[a-z][a-z0-9_]*$")
    name: str
    name_en: str
    stage: str
    on: bool = True
    when: Match | None = None
    quiet_days: int = Field(0, ge=0, le=365)
    action: Literal["message", "answer", "discount", "task"]
    text: str = ""
    text_en: str = ""
    answers: list[Answer] = Field(default_factory=list)
    discount_bp: int = Field(0, ge=0, le=10_000)
    due_days: int = Field(2, ge=1, le=60)
    window_days: int = Field(30, ge=1, le=365)
    fresh_hours: int = Field(48, ge=1, le=24 * 30)


class Interventions(BaseModel):
    """All rows. At most `most_a_day` requests a day leave the house's clock."""

    model_config = ConfigDict(extra="forbid")

    most_a_day: int = Field(50, ge=1, le=1000)
    rows: list[Intervention] = Field(default_factory=list)

    def row(self, said: str) -> Intervention | None:
        """The row with this id or name, in any case."""
        wanted = said.strip().casefold()
        return next(
            (one for one in self.rows if wanted in (one.id, one.name.casefold(), one.name_en.casefold())),
            None,
        )


def faults(book: Interventions) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault. Stages are checked where they are known, when it is published."""
    ids = [one.id for one in book.rows]
    for row_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"rows: {row_id} 出现多次 / appears more than once"
    for one in book.rows:
        yield from _faults(one)


def _faults(one: Intervention) -> Iterator[str]:
    where = f"rows.{one.id}"
    if (one.when is None) == (one.quiet_days == 0):
        yield f"{where}: when 与 quiet_days 恰好写一个 / exactly one of when and quiet_days"
    if one.action in ("message", "task") and not one.text:
        yield f"{where}: {one.action} 要写 text / needs a text"
    if one.action == "answer" and not one.answers:
        yield f"{where}: answer 要写 answers / needs answers"
    if (one.action == "discount") != (one.discount_bp > 0):
        yield f"{where}: discount_bp 与 discount 动作须同时出现 / discount_bp and the action discount go together"
    texts = [one.text, one.text_en, *(t for a in one.answers for t in (a.text, a.text_en))]
    for name in sorted({name for text in texts for name in _PLACE.findall(text)} - PLACES):
        yield f"{where}: 未知字段 / unknown field {{{name}}}; {', '.join(sorted(PLACES))}"
