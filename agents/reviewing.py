"""Reviews of calls for whoever may see them: scored by the card in force, kept, and opened by the rep first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError

from knowledge import blueprints
from knowledge.blueprints.scorecard import Scorecard
from knowledge.insight.reviews import VERSION, Answer, Heard, Review, review
from knowledge.model import HumanMark, Interaction, Judgement, Person
from knowledge.snapshot import DealFacts

from .judging import judged, stamp
from .measuring import measured
from .minutes import minutes_of, talk_of
from .skill import Turn
from .won import playbook_of

LEADS = frozenset({"manager", "director"})


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A call with its review. `open` says whether the asker may see it now; what is not open shows nothing of it."""

    row: Interaction
    facts: DealFacts | None
    review: Review
    judgement: Judgement
    open: bool


def card_of(turn: Turn) -> tuple[Scorecard, str]:
    """The scorecard in force and its version (SHA-256); the default when the published one does not have its shape."""
    content = turn.desk.blueprint("scorecard", "default") or {}
    try:
        return Scorecard.model_validate(content), blueprints.version_of(content)
    except ValidationError:
        shipped = blueprints.default("scorecard")
        return Scorecard.model_validate(shipped), blueprints.version_of(shipped)


def heard_of(turn: Turn, row: Interaction, facts: DealFacts | None) -> Heard:
    """A call as reviews need it."""
    return Heard(
        talk=talk_of(row, facts), minutes=minutes_of(turn, row, facts), metrics=measured(turn, row, facts)
    )


def reviewed(turn: Turn, row: Interaction, card: Scorecard, card_version: str) -> Reviewed:
    """The review of one call: stored by transcript, card, rules and model, so that a re-run is the same bytes."""
    facts = turn.desk.deal(row.deal_id) if row.deal_id else None
    heard = heard_of(turn, row, facts)
    playbook = playbook_of(turn)
    made_of = [playbook.model_dump(), {name: one.value for name, one in heard.metrics.items()}]
    version = f"{VERSION}/{heard.minutes.meeting.version}/{card_version[:12]}/{stamp(made_of)}"
    kept = judged(
        turn, row, "review", version, heard.minutes.meeting.engine,
        lambda: review(heard, card, card_version, playbook).model_dump(mode="json"),
    )  # fmt: skip
    seen = is_open(turn, row, kept, card)
    return Reviewed(
        row=row, facts=facts, review=Review.model_validate(kept.content), judgement=kept, open=seen
    )


def is_open(turn: Turn, row: Interaction, kept: Judgement, card: Scorecard) -> bool:
    """Whether the asker may see this review now: their own at once (and then it is opened), another's when its rep has
    opened it or the card's days are over."""
    if rep_of(turn, row) == turn.desk.person.id:
        turn.desk.opened(kept.id)
        return True
    over = turn.desk.now - row.at >= timedelta(days=card.own_first_days)
    return kept.seen_at is not None or over


def may_review(turn: Turn, person: Person) -> bool:
    """One's own, and as a manager or director those of one's team or region."""
    me = turn.desk.person
    if me.id == person.id:
        return True
    if not LEADS & set(me.roles) or not me.active:
        return False
    if me.team_id and me.team_id == person.team_id:
        return True
    return "director" in me.roles and bool(me.region) and me.region == person.region


def rep_of(turn: Turn, row: Interaction) -> str:
    """Whose call it is: the colleague who spoke, else the deal's owner."""
    if row.person_id:
        return row.person_id
    facts = turn.desk.deal(row.deal_id) if row.deal_id else None
    return facts.owner.id if facts else ""


def marks_of(turn: Turn, row: Interaction, card: Scorecard) -> dict[str, Answer]:
    """What people scored, by question: the newest mark of each; a mark that is no number from 0 to 1 is left out."""
    newest: dict[str, HumanMark] = {one.question_id: one for one in turn.desk.marks(row.id, card.id)}
    found: dict[str, Answer] = {}
    for question_id, mark in newest.items():
        value = _value(mark.value)
        if value is not None:
            found[question_id] = Answer(
                question_id=question_id, value=value, by=mark.scorer_id, reason=mark.note
            )
    return found


def _value(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
