"""Who is signed in: a signed cookie that names a row, and the row decides."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from knowledge.library import web
from knowledge.model import WebSession
from knowledge.store import Store

from .secret import Signer

LONGEST = timedelta(days=30)
"""After which one signs in again, however busy one was."""

SEEN_EVERY = timedelta(minutes=10)
"""How exactly it is known when a browser was last used."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One signed-in browser: whose account it is, and what its forms carry."""

    account: str
    token_hash: str
    form_token: str


@dataclass
class Sessions:
    """Opens, knows and ends sessions. `idle` is how long a browser may rest before it must sign in again."""

    store: Store
    clock: Callable[[], datetime]
    signer: Signer
    idle: timedelta = timedelta(days=7)

    def open(self, account: str, browser: str) -> str:
        """Begin a session; returns the cookie's value, which is kept nowhere."""
        now = self.clock()
        token, ends = secrets.token_urlsafe(32), now + LONGEST
        row = WebSession(
            token_hash=_hash(token),
            account=account,
            browser=browser[:200],
            at=now,
            seen_at=now,
            expires_at=ends,
        )
        with self.store.session() as session:
            session.add(row)
        signed = f"{token}.{int(ends.timestamp())}"
        return f"{signed}.{self.signer.sign('session', signed)}"

    def seat(self, cookie: str) -> Seat | None:
        """Who this cookie is; None for what is forged, over, ended, or has rested too long."""
        token, _, rest = cookie.partition(".")
        ends, _, signature = rest.partition(".")
        now = self.clock()
        if not self.signer.proves("session", f"{token}.{ends}", signature):
            return None
        if not ends.isdigit() or datetime.fromtimestamp(int(ends), UTC) <= now:
            return None
        return self._live(_hash(token), now)

    def still(self, seat: Seat) -> bool:
        """Whether a seat taken earlier is good yet."""
        return self._live(seat.token_hash, self.clock()) is not None

    def _live(self, token_hash: str, now: datetime) -> Seat | None:
        with self.store.reading() as session:
            row = web.live_session(session, token_hash, now)
        if row is None or row.seen_at + self.idle <= now:
            return None
        if row.seen_at + SEEN_EVERY <= now:
            with self.store.session() as session:
                again = web.live_session(session, token_hash, now)
                if again is not None:
                    again.seen_at = now
                    session.add(again)
        return Seat(
            account=row.account, token_hash=token_hash, form_token=self.signer.sign("form", token_hash)
        )

    def end(self, seat: Seat, *, everywhere: bool = False) -> None:
        """Sign out this browser, or all of this account's."""
        with self.store.session() as session:
            hashed = "" if everywhere else seat.token_hash
            web.end_sessions(session, seat.account, self.clock(), hashed)

    def browsers(self, seat: Seat) -> Sequence[WebSession]:
        """Where the account is signed in, the last used first."""
        now = self.clock()
        with self.store.reading() as session:
            rows = web.live_sessions(session, seat.account, now)
        return [row for row in rows if row.seen_at + self.idle > now]


def _hash(token: str) -> str:
    return hashlib.sha256(f"chengdan-web:{token}".encode()).hexdigest()
