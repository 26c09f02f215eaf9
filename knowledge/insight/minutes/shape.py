"""What a meeting or call comes to (definitions.md D14): every item with its words, who said them, and at which second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge import zones
from knowledge.insight.summary import Spoken

VERSION = "minutes-2"
"""Changes whenever the same transcript would give other minutes; part of what a stored judgement is kept under."""

UNRESOLVED = "待确认"
"""Owner of a to-do whom nobody named."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A transcript with what the rules need to know beside it. `day` is when it took place, for relative dates;
    `names` are products, competitors and the like as (field, name), looked for in what the customer says. `began` is the
    moment it began on the customer's own clock, `zone` that clock's IANA name."""

    id: str
    lines: tuple[Spoken, ...]
    day: date
    language: str
    names: tuple[tuple[str, str], ...] = ()
    began: datetime | None = None
    zone: str = zones.HOME

    @property
    def there(self) -> date:
        """The day of the talk where the customer is."""
        return self.began.date() if self.began else self.day

    @property
    def reps(self) -> tuple[str, ...]:
        return self._of("rep")

    @property
    def customers(self) -> tuple[str, ...]:
        return self._of("customer")

    def _of(self, side: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.speaker for line in self.lines if line.side == side))


class Said(BaseModel):
    """Verbatim words of line number `line`: `quote` stands in it. `t` is the second the line begins, None without times."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quote: str = Field(min_length=1)
    line: int = Field(ge=0)
    speaker: str = ""
    t: float | None = None


class Topic(Said):
    """A stretch of the talk, from second `t0` to `t1`, lines `line` to `last`."""

    title: str
    t0: float | None = None
    t1: float | None = None
    last: int = 0


class Decision(Said):
    text: str


class Todo(Said):
    """`due_iso` is a day (YYYY-MM-DD) or ""; `confidence` 0..1 says how plainly it was a promise of somebody's."""

    owner: str
    action: str
    due_iso: str = ""
    confidence: float = Field(default=0.5, ge=0, le=1)


class CustomerFact(Said):
    """`value` stands in the quote."""

    field: str
    value: str


class Objection(Said):
    """`class_id` is one of the playbook's classes (definitions.md D2)."""

    class_id: str


Unsettled = Literal["day", "hour", "zone", "condition", "answer"]


class NextMeeting(Said):
    """`when_iso` is a day, or the first and the last that could be meant (YYYY-MM-DD/YYYY-MM-DD); `at` the hour (HH:MM)
    on the clock of `zone`, "" where none or none clearly was said, `assumed` where its half of the day was not. `minutes`
    is how long it shall take, 0 where nobody said. `agreed`: the other side said yes; `unsettled` is what was left open,
    `because` are earlier words it rests on as well."""

    when_iso: str
    at: str = ""
    zone: str = ""
    minutes: int = Field(default=0, ge=0)
    agreed: bool = False
    assumed: bool = False
    unsettled: tuple[Unsettled, ...] = ()
    because: tuple[Said, ...] = ()


class OpenQuestion(Said):
    """A question of the customer's that nobody answered in the talk."""


class Uncertain(BaseModel):
    """What should be looked at by a person, and why: `owner`, `date`, `number`, `quote` or `speaker`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: Literal["owner", "date", "number", "quote", "speaker"]
    text: str
    line: int | None = None


class Heading(BaseModel):
    """`engine` is extractive (no model wrote anything) or the model's id; `version` that of the rules and prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    day: str
    lang: str
    engine: str
    version: str
    consent: str = "unknown"
    lines: int = 0


class Attendee(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    side: str = ""


class Minutes(BaseModel):
    """The D14 object. `gist` are the telling sentences, verbatim."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meeting: Heading
    attendees: tuple[Attendee, ...] = ()
    gist: tuple[Said, ...] = ()
    topics: tuple[Topic, ...] = ()
    decisions: tuple[Decision, ...] = ()
    todos: tuple[Todo, ...] = ()
    customer_facts: tuple[CustomerFact, ...] = ()
    objections: tuple[Objection, ...] = ()
    next_meeting: NextMeeting | None = None
    open_questions: tuple[OpenQuestion, ...] = ()
    uncertain: tuple[Uncertain, ...] = ()


def heading_of(talk: Talk, engine: str, consent: str = "unknown") -> Heading:
    return Heading(
        id=talk.id, day=talk.day.isoformat(), lang=talk.language, engine=engine, version=VERSION,
        consent=consent, lines=len(talk.lines),
    )  # fmt: skip


def attendees_of(lines: Sequence[Spoken]) -> tuple[Attendee, ...]:
    """Everybody who speaks, in the order they first do."""
    sides = {line.speaker: line.side for line in reversed(lines) if line.speaker}
    named = dict.fromkeys(line.speaker for line in lines if line.speaker)
    return tuple(Attendee(name=name, side=sides[name]) for name in named)
