"""A running answer as the chat sees it: a sign of life within three seconds, then the text so far, never the end of it.

What is shown here is only shown; the stored reply is what counts, and it replaces every draft.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from knowledge.library import deliveries
from knowledge.store import Store

from .port import Traits
from .post import row_of, text_row
from .words import Address, Load, Parcel

SIGN_AFTER_S = 2.0
SIGN = "正在查,请稍候… / Working on it…"


class Live:
    """`with Live(...) as live: handle(..., on_text=live.say)`. `turn` names the answer for the channel."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        address: Address,
        turn: str,
        traits: Traits,
        moved: Callable[[], None],
    ) -> None:
        self._store, self._address, self._turn, self._traits, self._moved = (
            store,
            address,
            turn,
            traits,
            moved,
        )
        self._now = now
        self._text = ""
        self._shown_at = 0.0
        self._lock = threading.Lock()
        self._over = False
        self._timer = threading.Timer(SIGN_AFTER_S, self._sign)
        self._timer.daemon = True

    def __enter__(self) -> Live:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
        self._timer.cancel()

    @property
    def draft_key(self) -> str:
        return f"draft:{self._turn}"

    def say(self, piece: str) -> None:
        """More text of the answer; shown when the platform's pace allows it."""
        self._text += piece
        if self._traits.drafts and time.monotonic() - self._shown_at >= self._traits.draft_gap_s:
            self._show(self._text)

    def _sign(self) -> None:
        """Nothing was to be seen yet: say that it is being worked on."""
        if self._text and self._traits.drafts:
            return
        if self._traits.drafts:
            self._show(SIGN)
            return
        with self._lock:
            if self._over:
                return
            with self._store.session() as session:
                deliveries.put(session, text_row(f"life:{self._turn}", self._address, SIGN, self._now()))
        self._moved()

    def _show(self, text: str) -> None:
        with self._lock:
            if self._over:
                return
            self._shown_at = time.monotonic()
            parcel = Parcel(
                id=self.draft_key, load=Load.DRAFT, address=self._address, text=text, turn=self._turn
            )
            with self._store.session() as session:
                deliveries.put_draft(session, row_of(self.draft_key, parcel, self._now()))
        self._moved()
