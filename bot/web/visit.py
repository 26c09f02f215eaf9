"""Who is at a page: the signed-in person, proved at every request, and whether a form is one of our own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse

from actions.signing_in import SigningIn
from bot.channels.web import Seat, Web
from bot.street.at_hand import AtHand
from bot.street.street import Street
from bot.street.words import Address, Arrival
from knowledge.model import Person

from .phrases import accepted
from .render import Pages
from .trouble import Refused, SignInFirst, foreign, malformed

ONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
SAME = ("same-origin", "none")
MOST_FILES = 5


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of a signed-in person."""

    request: Request
    person: Person
    seat: Seat

    @property
    def language(self) -> str:
        return "en" if self.person.language == "en" else "zh"

    @property
    def scripted(self) -> bool:
        """Asked by our own script, which shows the answer by itself."""
        return self.request.headers.get("x-console") == "1"


@dataclass
class Console:
    """Everything the pages need. `public` is the address people open, "" when it is not known; `largest` the most bytes
    sent up at once; `patience_s` how long a page without script waits for an answer before it is shown as far as it is."""

    street: Street
    web: Web
    pages: Pages
    public: str
    largest: int
    patience_s: float = 6.0

    def __post_init__(self) -> None:
        self.stopping = asyncio.Event()
        """Set when the server is asked to end, so that pages which listen do not hold it up."""
        self.signing = SigningIn(self.street.house.gate, self.web.name)
        self.at_hand = AtHand(self.street.house, self.web.name)

    # who ---------------------------------------------------------------------------------------------------------

    def cookie(self, request: Request) -> str:
        """The cookie's name; over https it is bound to this very host."""
        return "__Host-chengdan" if self.secure(request) else "chengdan"

    def secure(self, request: Request) -> bool:
        return request.url.scheme == "https" or self.public.startswith("https://")

    async def visit(self, request: Request) -> Visit:
        """Raises SignInFirst for anybody whose session, account or employment has ended."""
        self.at_home(request)
        found = await asyncio.to_thread(self._who, request.cookies.get(self.cookie(request), ""))
        if found is None:
            raise SignInFirst
        self.web.seen()
        return Visit(request=request, person=found[1], seat=found[0])

    def _who(self, cookie: str) -> tuple[Seat, Person] | None:
        seat = self.web.sessions.seat(cookie) if cookie else None
        person = self.signing.person(seat.account) if seat else None
        return (seat, person) if seat and person else None

    def still(self, visit: Visit) -> bool:
        """Whether the visitor is signed in yet; for answers that go on for long."""
        return self.web.sessions.still(visit.seat) and self.signing.person(visit.seat.account) is not None

    def at_home(self, request: Request) -> None:
        """Asked under our own name. A foreign name that points to us (DNS rebinding) shows nothing."""
        wanted = urlsplit(self.public).netloc
        if wanted and request.headers.get("host", "").lower() != wanted.lower():
            raise Refused(421, f"请打开 {self.public}", f"Please open {self.public}")

    def own(self, request: Request) -> None:
        """Raises Refused for a form that another site's page sent."""
        self.at_home(request)
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
            raise foreign()
        if request.headers.get("sec-fetch-site", "same-origin") not in SAME:
            raise foreign()

    @asynccontextmanager
    async def posted(self, request: Request) -> AsyncIterator[tuple[Visit, FormData]]:
        """A form of a signed-in person, sent from our own page. Nobody else's body is even read."""
        self.own(request)
        visit = await self.visit(request)
        async with request.form(max_files=MOST_FILES, max_fields=20) as form:
            if not self.web.signer.proves("form", visit.seat.token_hash, field(form, "token")):
                raise foreign()
            yield visit, form

    # what they do ----------------------------------------------------------------------------------------------

    def arrival(self, visit: Visit, once: str, **more: Any) -> Arrival:
        """What they sent, under a key of their form: a form that is sent twice is one arrival. Raises Refused."""
        if not ONCE.fullmatch(once):
            raise malformed()
        account = visit.seat.account
        return Arrival(
            channel=self.web.name,
            external_id=f"{account}:{once}",
            sender=account,
            sender_name=visit.person.name,
            address=Address(channel=self.web.name, to=account),
            at=self.street.house.clock(),
            **more,
        )

    def page(self, visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page of a signed-in person, with what their last form was answered with."""
        shared = {"person": visit.person, "token": visit.seat.form_token, "notice": self.noticed(visit)}
        return self.pages.page(template, visit.language, status, **{**shared, **values})

    def notice(self, visit: Visit, text: str) -> None:
        """Say this on the next page they see."""
        self.web.notes.put(f"notice:{visit.seat.token_hash}", {"text": text}, 300)

    def noticed(self, visit: Visit) -> str:
        key = f"notice:{visit.seat.token_hash}"
        if self.web.notes.get(key) is None:
            return ""
        note = self.web.notes.take(key)
        return str(note["text"]) if note else ""

    def language(self, request: Request) -> str:
        """Of somebody who is not signed in."""
        return accepted(request.headers.get("accept-language", ""))


def field(form: FormData, name: str) -> str:
    """A text field; "" when it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""
