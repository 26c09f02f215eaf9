"""Reviews of calls for whoever may see them: scored by the card that is for them, kept, and opened by the rep first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from knowledge.blueprints.scorecard import Scorecard
from knowledge.insight.reviews import VERSION, Heard, Review, review, tampered
from knowledge.model import Interaction, Judgement, Person
from knowledge.snapshot import DealFacts

from .judging import judged, stamp, transcript_hash
from .measuring import measured, type_of
from .minutes import minutes_of, talk_of
from .skill import Turn
from .tracking import hits_of
from .won import playbook_of

LEADS = frozenset({"manager", "director"})


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A call with its review by a card. `open` says whether the asker may see it now; what is not open shows nothing of it.
    `tampered`: a stored quote no longer stands in the transcript, so nothing of the review is shown at all."""

    row: Interaction
    facts: DealFacts | None
    card: Scorecard
    review: Review
    judgement: Judgement
    open: bool
    tampered: bool = False


def heard_of(turn: Turn, row: Interaction, facts: DealFacts | None) -> Heard:
    """A call as reviews need it."""
    return Heard(
        talk=talk_of(row, facts),
        minutes=minutes_of(turn, row, facts),
        metrics=measured(turn, row),
        hits=hits_of(turn, row),
    )


def reviewed(
    turn: Turn, row: Interaction, card: Scorecard, card_version: str, *, look: bool = True
) -> Reviewed:
    """The review of one call: stored by transcript, card, rules and model, so that a re-run is the same bytes. Without `look`
    it is only counted: a rep who is told a mean has not seen the reviews it is made of."""
    facts = facts_of(turn, row)
    heard = heard_of(turn, row, facts)
    playbook, call_type = playbook_of(turn), type_of(turn, row, facts)
    values = {name: one.value for name, one in heard.metrics.items()}
    made_of = [playbook.model_dump(), values, [vars(one) for one in heard.hits], call_type]
    version = f"{VERSION}/{heard.minutes.meeting.version}/{card_version[:12]}/{stamp(made_of)}"
    kept = judged(
        turn, row, "review", version, heard.minutes.meeting.engine,
        lambda: review(
            heard, card, card_version, playbook, transcript=transcript_hash(row), call_type=call_type
        ).model_dump(mode="json"),
    )  # fmt: skip
    seen = is_open(turn, row, kept, card, look=look)
    found = Review.model_validate(kept.content)
    return Reviewed(
        row=row, facts=facts, card=card, review=found, judgement=kept, open=seen,
        tampered=bool(tampered(found, heard.talk)),
    )  # fmt: skip


def is_open(turn: Turn, row: Interaction, kept: Judgement, card: Scorecard, *, look: bool = True) -> bool:
    """Whether the asker may see this review now: their own at once (and then it is opened), another's when its rep has
    opened it or the card's days are over. A card that is not shown to the rep never waits for them."""
    if rep_of(turn, row) == turn.desk.person.id:
        if look:
            turn.desk.opened(kept.id)
        return True
    over = turn.desk.now - row.at >= timedelta(days=card.own_first_days)
    return kept.seen_at is not None or over or card.visibility == "managers"


def may_review(turn: Turn, person: Person) -> bool:
    """One's own, and as a manager or director those of one's team or region."""
    return turn.desk.person.id == person.id or leads(turn, person)


def leads(turn: Turn, person: Person) -> bool:
    """Whether the asker leads this colleague."""
    me = turn.desk.person
    if me.id == person.id or not LEADS & set(me.roles) or not me.active:
        return False
    if me.team_id and me.team_id == person.team_id:
        return True
    return "director" in me.roles and bool(me.region) and me.region == person.region


def may_see(turn: Turn, person: Person, card: Scorecard) -> bool:
    """Whether the asker may see what this card says of a colleague (definitions.md D5, visibility)."""
    if card.visibility == "public":
        return True
    if card.visibility == "managers":
        return leads(turn, person)
    return may_review(turn, person)


def facts_of(turn: Turn, row: Interaction) -> DealFacts | None:
    """The deal a call is about, looked up once in an answer."""
    deal_id = row.deal_id
    return turn.once(("deal", deal_id), lambda: turn.desk.deal(deal_id)) if deal_id else None


def rep_of(turn: Turn, row: Interaction) -> str:
    """Whose call it is: the colleague who spoke, else the deal's owner."""
    if row.person_id:
        return row.person_id
    facts = turn.desk.deal(row.deal_id) if row.deal_id else None
    return facts.owner.id if facts else ""
