"""The channel: parcels become lines of a page; there is no platform behind it, so nothing is refused or unknown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.street.port import Asked, Health, Intake, Pad, Told, Traits
from bot.street.words import Attachment, Fate, Fetched, Load, Parcel, Sent
from knowledge.attachments import safe_name
from knowledge.library import web
from knowledge.store import Store, StoreError

from .lines import Lines
from .secret import Signer
from .sessions import Sessions
from .uploads import Uploads

LOG = logging.getLogger(__name__)

NAME = "web"
LIMIT = 60_000
"""Characters of one line; an answer is practically never cut."""

KEPT = timedelta(days=90)
TIDY_S = 3600.0


@dataclass
class Web:
    """The console's side of the street. `folder` (VAR_DIR/web) holds the key and the uploads."""

    store: Store
    clock: Callable[[], datetime]
    notes: Pad
    signer: Signer
    folder: Path
    idle: timedelta = timedelta(days=7)
    name: str = NAME
    traits: Traits = field(
        default_factory=lambda: Traits(
            limit=LIMIT, drafts=True, buttons=True, push=True, draft_gap_s=0.2, resend=True, edits=True
        )
    )
    last_seen: datetime | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _waiting: dict[str, set[asyncio.Event]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = Lines(self.store, self.clock, self._changed)
        self.sessions = Sessions(self.store, self.clock, self.signer, self.idle)
        self.uploads = Uploads(self.folder / "uploads")

    async def run(self, intake: Intake) -> None:  # noqa: ARG002 - the pages hand in by themselves
        """Tidies now and then; pages are served by every process, led or not."""
        while True:
            try:
                await asyncio.to_thread(self._tidy)
            except (StoreError, OSError):
                LOG.warning("the web console could not tidy up; it is tried again", exc_info=True)
            await asyncio.sleep(TIDY_S)

    async def callback(self, asked: Asked, intake: Intake) -> Told:  # noqa: ARG002 - the port's shape
        return Told(status=404, body=b"no such channel")

    async def send(self, parcel: Parcel) -> Sent:
        """Written is shown. A database that is away for a moment is LATER: surely not written."""
        try:
            await asyncio.to_thread(self._show, parcel)
        except StoreError as error:
            return Sent(fate=Fate.LATER, after_s=2, note=error.en)
        return Sent(fate=Fate.SENT)

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        return await asyncio.to_thread(self.uploads.fetch, attachment, folder, limit)

    def health(self) -> Health:
        watching = sum(map(len, self._waiting.values()))
        return Health(
            ok=True,
            says="网页控制台 / web console",
            last_seen=self.last_seen,
            figures={"open_pages": watching},
        )

    def seen(self) -> None:
        """Somebody who is signed in has asked for a page."""
        self.last_seen = self.clock()

    def watch(self, account: str) -> asyncio.Event:
        """An event set whenever this process changes the account's lines. Give it back with `unwatch`."""
        self._loop = asyncio.get_running_loop()
        event = asyncio.Event()
        self._waiting.setdefault(account, set()).add(event)
        return event

    def unwatch(self, account: str, event: asyncio.Event) -> None:
        waiting = self._waiting.get(account, set())
        waiting.discard(event)
        if not waiting:
            self._waiting.pop(account, None)

    def watching(self, account: str) -> int:
        """Open pages of this account in this process."""
        return len(self._waiting.get(account, ()))

    def _changed(self, account: str) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake, account)

    def _wake(self, account: str) -> None:
        for event in self._waiting.get(account, ()):
            event.set()

    def _show(self, parcel: Parcel) -> None:
        account = parcel.address.to
        if parcel.card is not None:
            key = f"card:{parcel.card.id}"
            self.lines.write(account, key, "card", parcel.card.text, {"card": asdict(parcel.card)})
        elif parcel.file is not None:
            kind = "image" if parcel.load is Load.IMAGE else "file"
            named = replace(parcel.file, name=safe_name(parcel.file.name)[0])  # a browser saves under it
            self.lines.write(account, parcel.id, kind, parcel.text, {"file": asdict(named)})
        elif parcel.load is Load.DRAFT:
            self.lines.write(account, f"turn:{parcel.turn}", "draft", parcel.text)
        elif parcel.turn:
            self._answer(account, parcel)
        else:
            self.lines.write(account, parcel.id, "text", parcel.text)

    def _answer(self, account: str, parcel: Parcel) -> None:
        """The end of a running answer. Its sources and what one may say next are taken from the stored reply, so that
        they can be opened and pressed; without it the text has them, as on every platform."""
        with self.store.reading() as session:
            reply = web.answer_to(session, parcel.turn)
        text, payload = parcel.text, {}
        if reply is not None and reply.answer and len(reply.text) < LIMIT:
            text = reply.text
            payload = {name: list(reply.answer.get(name) or ()) for name in ("sources", "suggestions")}
        self.lines.write(account, f"turn:{parcel.turn}", "text", text, {**payload, "turn": parcel.turn})

    def _tidy(self) -> None:
        now = self.clock()
        with self.store.session() as session:
            web.forget_lines(session, now - KEPT)
            web.forget_sessions(session, now - KEPT)
        self.uploads.sweep(now)
