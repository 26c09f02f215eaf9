"""The follow-up mail after a call: the approved template with what we promised there, kept as a draft."""

from __future__ import annotations

from typing import Any

from knowledge.insight.minutes import Minutes
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .addressee import Addressee, addressee
from .lookup import Chosen, Unclear
from .mail_draft import ARGUMENTS, Basis, Written, labels_of_request, payload_of
from .mail_text import Wish, compose
from .skill import Turn

MOST_POINTS = 4

Mail = tuple[str, str, dict[str, Any], dict[str, frozenset[str]]]
"""Draft id, the whole mail as it is shown, arguments and labels of send_email."""


def mail_proposal(
    turn: Turn, row: Interaction, facts: DealFacts, made: Minutes, labels: frozenset[str]
) -> Mail | None:
    """A mail to whoever of the customer's was in the call, else whom the deal is talked over with; None without an address
    or without anything promised."""
    points = _points(turn, made)
    to = _to(turn, row, facts, made)
    if to is None or not points:
        return None
    language = "en" if to.contact is not None and to.contact.language == "en" else "zh"
    wish = Wish(purpose="follow_up", language=language, points=tuple(points))
    text = compose(turn, facts, to, wish)
    nothing = Written(subject=None, body=None, discount_pct=None)
    payload = payload_of(turn, Chosen(facts=facts), to, wish, text, nothing, Basis(payload={}))
    for part in ("body", "points"):
        payload["labels"][part] = sorted({*payload["labels"][part], *labels})
    draft = turn.desk.save_draft("email", facts.deal.id, payload)
    shown = turn.say(
        f"跟进邮件给 {to.name} <{to.address}>\n主题:{payload['subject']}\n{payload['body']}",
        f"Follow-up mail to {to.name} <{to.address}>\nSubject: {payload['subject']}\n{payload['body']}",
    )
    args = {name: payload[name] for name in ARGUMENTS}
    own = frozenset({"rep_input"})  # whoever accepts has seen both and wishes it so
    return draft.id, shown, args, {**labels_of_request(payload), "tool": own, "contact": own}


def _points(turn: Turn, made: Minutes) -> list[str]:
    """What we said we would do, in our own words: the promises of whoever spoke for us."""
    ours = {one.name for one in made.attendees if one.side == "rep"} | {turn.desk.person.name}
    promised = [one.action for one in made.todos if one.owner in ours and one.speaker in ours]
    return list(dict.fromkeys(promised))[:MOST_POINTS]


def _to(turn: Turn, row: Interaction, facts: DealFacts, made: Minutes) -> Addressee | None:
    """Somebody who was in the call; where nobody knows who that was, the only one there is, else nobody: a mail after a call
    to whoever was not in it would be wrong."""
    names = {one.name for one in made.attendees}
    reachable = [one for one in facts.contacts if one.email]
    there = [one for one in reachable if one.name in names or one.id == row.contact_id]
    if not there and len(reachable) != 1:
        return None
    found = addressee(turn, (there or reachable)[0].name, facts)
    return None if isinstance(found, Unclear) else found
