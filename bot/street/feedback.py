"""A thumb up or down on an answer, kept beside the answer it is about and as the outcome of what was suggested in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.wiring import House
from knowledge.library import advice, suggestions
from knowledge.model import ArrivalRow, Conversation, Message, Person, Suggestion

from .words import Arrival

RATINGS = ("good", "bad", "cancelled")
FATES = {"good": ("accepted", {"mode": "as_is"}), "bad": ("rejected", {"reason": "rated_bad"})}
"""What a rating is in the log of advice."""


@dataclass
class Feedback:
    """Keeps ratings as Suggestions of kind `answer`: the last rating of an answer counts, taking it back included."""

    house: House

    def take(self, person: Person, arrival: Arrival) -> None:
        """`extra.feedback_id` is the turn that was rated (t<arrival id>); one that is unknown, or another person's, is
        left alone."""
        rating = arrival.extra.get("rating", "")
        turn = arrival.extra.get("feedback_id", "")
        if rating not in RATINGS or not turn.startswith("t") or not turn[1:].isdigit():
            return
        with self.house.store.session() as session:
            rated = session.get(ArrivalRow, int(turn[1:]))
            if rated is None:
                return
            key = f"reply:{rated.channel}:{rated.external_id}"
            line = _rated_line(session, key, person)
            if line is None:
                return
            message, conversation = line
            seed = hashlib.sha256(f"{conversation.id}:{key}".encode()).hexdigest()[:16]
            payload = {
                "message": message.id,
                "rating": rating,
                "comment": arrival.extra.get("comment", "")[:500],
            }
            row = suggestions.add_suggestion(
                session,
                Suggestion(
                    id=f"sg-{seed}",
                    kind="answer",
                    person_id=person.id,
                    deal_id=conversation.focus.get("deal_id") or None,
                    conversation_id=conversation.id,
                    created_at=self.house.clock(),
                ),
            )
            status = {"good": "accepted", "bad": "rejected", "cancelled": "shown"}[rating]
            suggestions.mark(session, row.id, status, payload=payload)
            self._logged(session, row, person, arrival)

    def _logged(self, session: Session, row: Suggestion, person: Person, arrival: Arrival) -> None:
        """The rating as a line of the log of advice."""
        rating = arrival.extra["rating"]
        if rating in FATES:
            event, detail = FATES[rating]
            cause = f"{rating}:{arrival.external_id}"
            advice.append(
                session,
                row,
                event,
                self.house.clock(),
                actor=person.id,
                channel=arrival.channel,
                cause=cause,
                detail=detail,
            )


def _rated_line(session: Session, key: str, person: Person) -> tuple[Message, Conversation] | None:
    """The answer of this key in the person's own conversation."""
    return session.exec(
        select(Message, Conversation)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(Message.external_id == key, Conversation.person_id == person.id)
    ).first()
