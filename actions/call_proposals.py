"""What a call suggests to do, for its desk: kept once for each person and version of the words, marked with what became of it.

They are suggestions and nothing else: whoever accepts one asks the gate as for any other wish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from knowledge.library import advice as advice_rows
from knowledge.library import suggestions as rows
from knowledge.model import Interaction, Person, Suggestion

from .action import canonical, digest
from .advice import ledger
from .gate import Gate

KIND = "crm_update"
"""The kind of advice that they are (definitions.md D11)."""

OPEN = advice_rows.OPEN
"""Of a proposal that nobody has decided on."""


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
            days = ledger.rules_of(session).ttl(KIND)
            found = [
                self._kept(session, row, transcript_hash, *one, days) for one in enumerate(items, start=1)
            ]
            ids = [one.id for one in found]
            cause = f"call:{row.id}:{transcript_hash[:16]}"
            ledger.shown(session, ids, self.asker.id, self.gate.clock(), channel=self.channel, cause=cause)
            return found

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

    def unwanted(self, suggestion_id: str) -> bool:
        """The asker does not want this one of theirs; False where it is decided already."""
        with self.gate.store.session() as session:
            row = session.get(Suggestion, suggestion_id)
            if row is None or row.person_id != self.asker.id or row.status not in OPEN:
                return False
            return advice_rows.append(
                session, row, "rejected", self.gate.clock(), actor=self.asker.id, channel=self.channel,
                detail={"reason": "unwanted"},
            )  # fmt: skip

    def completed(self, suggestion_id: str, payload: Mapping[str, Any]) -> bool:
        """What a proposal lacked was said by the asker; False where it is decided already."""
        with self.gate.store.session() as session:
            row = session.get(Suggestion, suggestion_id)
            if row is None or row.person_id != self.asker.id or row.status not in OPEN:
                return False
            row.payload = dict(payload)
            session.add(row)
            return True

    def _kept(
        self,
        session: Session,
        row: Interaction,
        transcript_hash: str,
        number: int,
        item: Mapping[str, Any],
        days: int,
    ) -> Suggestion:
        made = self._made(row, transcript_hash, number, item)
        made.expires_at = made.created_at + timedelta(days=days)
        stored = rows.add_suggestion(session, made)
        ledger.begin(session, stored, self.channel, {"call": row.id})
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
        )
