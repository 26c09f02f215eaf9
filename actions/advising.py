"""The desk's drafts and advice: kept, noted in the ledger, and found again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from knowledge.library import suggestions
from knowledge.model import Person, Suggestion

from .action import canonical
from .advice import ledger
from .advice.desk import AdviceDesk
from .forecast_desk import ForecastDesk
from .gate import Gate
from .rows import Rows

DRAFT_STANDS = timedelta(days=7)
"""After it a draft that nobody sent counts as ignored."""


class AdviceOf:
    """Part of the desk of one person."""

    gate: Gate
    asker: Person
    conversation_id: str
    channel: str
    _rows: Callable[[Session], Rows]

    @property
    def advice(self) -> AdviceDesk:
        """What was advised, and what became of it."""
        gate = self.gate
        hours = gate.rules.utc_offset_hours
        return AdviceDesk(
            gate.store, gate.clock, self._rows, self.asker, self.conversation_id, self.channel, hours
        )

    @property
    def forecasts(self) -> ForecastDesk:
        """What a time will bring, and what is at risk."""
        gate = self.gate
        return ForecastDesk(gate.store, gate.clock, self._rows, gate.rules.utc_offset_hours)

    def save_draft(self, kind: str, deal_id: str, payload: dict[str, Any]) -> Suggestion:
        now = self.gate.clock()
        key = canonical({"who": self.asker.id, "at": now.isoformat(), "payload": payload})
        row = Suggestion(
            id="dr-" + hashlib.sha256(key.encode()).hexdigest()[:10],
            kind=kind,
            person_id=self.asker.id,
            deal_id=deal_id or None,
            conversation_id=self.conversation_id or None,
            payload=payload,
            created_at=now,
            expires_at=now + DRAFT_STANDS,
        )
        with self.gate.store.session() as session:
            stored = suggestions.add_suggestion(session, row)
            ledger.begin(session, stored, self.channel)
            return stored

    def draft(self, suggestion_id: str) -> Suggestion | None:
        with self.gate.store.reading() as session:
            row = session.get(Suggestion, suggestion_id)
            return row if row and row.person_id == self.asker.id else None
