"""What a call suggests to do, for its desk: kept once for each person and version of the words, marked with what became of it.

They are suggestions and nothing else: whoever accepts one asks the gate as for any other wish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from knowledge.library import advice as log
from knowledge.library import suggestions as rows
from knowledge.model import Interaction, Person, Suggestion

from .action import canonical, digest
from .advice import ledger
from .gate import Gate

KIND = "call_update"
STANDS = timedelta(days=7)
"""After it what nobody answered counts as ignored."""


class ProposalsOf:
    """The part of a desk that keeps the asker's own proposals of calls."""

    gate: Gate
    asker: Person
    conversation_id: str
    channel: str

    def sees_call(self, session: Session, row: Interaction) -> bool:
        raise NotImplementedError

    def propose(
        self, interaction_id: str, transcript_hash: str, items: Sequence[Mapping[str, Any]]
    ) -> Sequence[Suggestion]:
        """Keep what is suggested of this version of a call, in order; what is kept already stays as it was. Raises
        LookupError where the call may not be read."""
        with self.gate.store.session() as session:
            row = session.get(Interaction, interaction_id)
            if row is None or not self.sees_call(session, row):
                raise LookupError(interaction_id)
            return [
                self._kept(session, self._made(row, transcript_hash, number, item))
                for number, item in enumerate(items, start=1)
            ]

    def proposals(self, interaction_id: str) -> Sequence[Suggestion]:
        """The asker's, of the version of the call that was suggested from last, by number; none where there are none or
        the call may not be read any more."""
        with self.gate.store.reading() as session:
            row = session.get(Interaction, interaction_id)
            if row is None or not self.sees_call(session, row):
                return ()
            mine = rows.of_call(session, self.asker.id, KIND, interaction_id)
        newest = mine[0].payload.get("hash") if mine else ""
        return sorted(
            (one for one in mine if one.payload.get("hash") == newest),
            key=lambda one: int(one.payload.get("n", 0)),
        )

    def settle_proposal(self, suggestion_id: str, status: str, **changes: Any) -> Suggestion | None:
        """Say what became of one of the asker's own; `changes` as in library.suggestions.mark."""
        with self.gate.store.session() as session:
            row = session.get(Suggestion, suggestion_id)
            if row is None or row.person_id != self.asker.id:
                return None
            if status == "rejected":
                log.append(
                    session,
                    row,
                    "rejected",
                    self.gate.clock(),
                    actor=self.asker.id,
                    channel=self.channel,
                    cause="declined",
                    detail={"reason": "declined"},
                )
            return rows.mark(session, suggestion_id, status, **changes)

    def _kept(self, session: Session, row: Suggestion) -> Suggestion:
        """Stored, and noted in the log of advice as given and shown; what is known already stays as it is."""
        stored = rows.add_suggestion(session, row)
        ledger.begin(session, stored, self.channel)
        now = stored.created_at
        log.append(session, stored, "shown", now, actor="assistant", channel=self.channel, cause="call")
        return stored

    def _made(
        self, row: Interaction, transcript_hash: str, number: int, item: Mapping[str, Any]
    ) -> Suggestion:
        payload = {**item, "call": row.id, "hash": transcript_hash, "n": number}
        key = canonical({"who": self.asker.id, "call": row.id, "hash": transcript_hash, "n": number})
        return Suggestion(
            id="sg-" + digest(key)[:16],
            kind=KIND,
            person_id=self.asker.id,
            deal_id=row.deal_id,
            conversation_id=self.conversation_id or None,
            payload=payload,
            created_at=self.gate.clock(),
            expires_at=self.gate.clock() + STANDS,
        )
