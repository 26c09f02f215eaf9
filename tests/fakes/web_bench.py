"""The web console as a bench: our real pages on a port, people with browsers that run no script, and no house behind them.

What a page hands in goes to the stage's list, as everywhere; a card is on a page as it was sent. The console's platform is
the database: what can break is that.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from pydantic import TypeAdapter
from sqlmodel import Session, SQLModel

import actions.tables  # noqa: F401  its tables belong to the schema
from actions.binding import Binding
from actions.card import ActionCard
from bot.channels.web import Lines, Signer, Web
from bot.settings import Settings
from bot.street.at_hand import AtHand, Shown
from bot.street.port import Channel, Intake, Pad
from bot.street.street import Street
from bot.street.words import CardView
from bot.web.app import web_app
from bot.web.console import console_of
from bot.wiring import House
from knowledge.model import Person
from knowledge.store import Store, StoreError, explain
from policies.engine import Judge
from tests.fakes.browsers import Browser, Page, in_a_thread
from tests.fakes.channel_benches import Again, Bench, Seen

ROLES = {"lina": "rep", "zhaolei": "manager", "zhoumin": "director", "admin": "admin"}
VIEW: TypeAdapter[CardView] = TypeAdapter(CardView)


class ShakyStore(Store):
    """The database of the pages' lines. `faults` are used up one by one: `lost` is written, and the word of it lost."""

    faults: deque[str]

    @contextmanager
    def session(self, *, first: bool = False) -> Iterator[Session]:
        how = self.faults.popleft() if self.faults else ""
        if how in ("5xx", "refused"):
            raise _gone({"5xx": "connection refused", "refused": "attempt to write a readonly database"}[how])
        with super().session(first=first) as session:
            yield session
        if how == "lost":
            raise _gone("server closed the connection")


def _gone(message: str) -> StoreError:
    found = explain(message)
    assert found is not None
    return found


@dataclass
class Pavement:
    """What the pages need of a street: the house, the channel, and where they hand in."""

    house: House
    channels: dict[str, Channel]
    intake: Intake


class AsSent(AtHand):
    """A person's cards are the ones that were sent to them."""

    lines: Lines

    def one(self, person: Person, copy_id: str) -> Shown | None:
        line = self.lines.find(person.id, f"card:{copy_id}")
        if line is None:
            return None
        view = VIEW.validate_python(line.payload["card"])
        at = datetime(2026, 11, 23, 2, tzinfo=UTC)
        card = ActionCard(
            id=view.id, code=view.code, action="send_email", state="pending", headline=view.title, asked_by="", on_behalf_of="",
            drafted_by="", deal_id="", deal_name="", recipients=(), subject="", body=view.body, amount_line="", difference="",
            highlights=(), reasons=(), warnings=(), evidence=(), needs=(), approvals=(), payload_hash="", created_at=at,
            expires_at=None,
        )  # fmt: skip
        return Shown(view=view, card=card)


@cache
def _template() -> bytes:
    """A database with the people in it, made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        store = Store(f"sqlite:///{path}")
        SQLModel.metadata.create_all(store.engine)
        with store.session() as session:
            for who, role in ROLES.items():
                person = Person(
                    id=f"p-{who}", name=who, email=f"{who}@us.example.cn", roles=[role], region="east"
                )
                session.add(person)
        store.compact()
        store.close()
        return path.read_bytes()


@cache
def _judge() -> Judge:
    return Judge.load()


class WebBench(Bench):
    """The console. Nobody can press another's card there, and what is written twice is shown once."""

    name, connects, passes_on = "web", False, False

    async def start(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="web-bench-"))
        (self._folder / "people.db").write_bytes(_template())
        url = f"sqlite:///{self._folder / 'people.db'}"
        settings = Settings(var_dir=self._folder, database_url=url, _env_file=None)
        self.house = House(settings, Store(url), self.clock)
        vars(self.house)["judge"] = _judge()
        self.shaky = ShakyStore(url)
        self.shaky.faults = deque()
        self._browsers: dict[str, Browser] = {}
        self._served = ExitStack()

    async def stop(self) -> None:
        await asyncio.to_thread(self._served.close)
        self.shaky.close()
        self.house.close()
        shutil.rmtree(self._folder)

    def account(self, who: str) -> str:
        return f"p-{who}"

    def channel(self, pad: Pad, door: str) -> Channel:
        folder = self._folder / "web"
        signer = Signer.from_setting("", folder)
        self.web = Web(self.house.store, self.clock, pad, signer, folder)
        self.web.lines.store = self.shaky
        return self.web

    async def opened(self, channel: Channel, intake: Intake) -> None:
        street = cast(Street, Pavement(self.house, {channel.name: channel}, intake))
        console = console_of(street)
        assert console is not None
        console.patience_s = 0.0  # nobody answers here but the test itself
        at_hand = AsSent(self.house, self.name)
        at_hand.lines = self.web.lines
        console.at_hand = at_hand
        served = in_a_thread(web_app(street, lambda: {"status": "ok"}, console))
        self.url = await asyncio.to_thread(self._served.enter_context, served)

    def kept(self, folder: Path) -> Path:
        """The console brings out only what lies in the house's own folder."""
        papers = self._folder / "papers"
        papers.mkdir(exist_ok=True)
        return papers

    @property
    def refusals(self) -> set[int]:
        return {401, 403, 404}

    @property
    def secrets(self) -> tuple[str, ...]:
        key = (self._folder / "web" / "key").read_text(encoding="utf-8", errors="replace").strip()
        return key, *(one.cookie for one in self._browsers.values())

    def browser(self, who: str) -> Browser:
        """This person's, who signs in with a one-time code when they first use it."""
        if who not in self._browsers:
            _, code = Binding(self.house.gate).code_for("p-admin", f"p-{who}", self.name)
            browser = Browser(self.url)
            assert browser.post("/login", {"code": code}).status == 200
            self._browsers[who] = browser
        return self._browsers[who]

    async def say(self, who: str, text: str) -> Again:
        def said() -> Again:
            browser = self.browser(who)
            fields = browser.page().form("/say") | {"text": text}
            return self._doing(browser, "/say", fields)

        return await self._done(said)

    async def press(self, who: str, card: Seen, token: str) -> Again:
        def pressed() -> Again:
            browser = self.browser(who)
            verb, _, copy_id = token.partition(".")
            path = f"/cards/{copy_id}/{verb}"
            page = browser.page()
            fields = page.form(path) or page.form("/say")
            return self._doing(
                browser, path, {name: fields[name] for name in ("token", "once")} | {"from": "chat"}
            )

        return await self._done(pressed)

    @staticmethod
    def _doing(browser: Browser, path: str, fields: dict[str, str]) -> Again:
        async def send() -> object:
            answer = await asyncio.to_thread(browser.post, path, fields)
            assert answer.status == 200, answer.text[:500]
            return answer

        return send

    @staticmethod
    async def _done(make: Any) -> Again:
        again: Again = await asyncio.to_thread(make)
        await again()
        return again

    async def forge(self, who: str, card: Seen, token: str, door: str) -> list[int]:
        """At the callbacks' door there is no console; at its own: nobody, a form that is not ours, another site's page, and
        somebody else with a form of their own."""
        statuses = await super().forge(who, card, token, door)
        verb, _, copy_id = token.partition(".")
        path = f"/cards/{copy_id}/{verb}"

        def tried() -> list[int]:
            mine, other = self.browser(who), self.browser("zhoumin")
            good = mine.page().form("/say")
            theirs = other.page().form("/say")
            tries: list[tuple[Browser, dict[str, str], dict[str, str]]] = [
                (Browser(self.url), good, {}),
                (mine, good | {"token": "0" * 40}, {}),
                (mine, good | {"token": theirs["token"]}, {}),
                (mine, good, {"origin": "https://evil.example"}),
                (mine, good, {"sec-fetch-site": "cross-site"}),
                (other, theirs, {}),
            ]
            return [one.post(path, fields, {**more, "x-console": "1"}).status for one, fields, more in tries]

        return statuses + await asyncio.to_thread(tried)

    async def attach(self, who: str, content: bytes, name: str) -> None:
        browser = self.browser(who)
        page = await asyncio.to_thread(browser.page)
        answer = await asyncio.to_thread(
            browser.upload, "/say", page.form("/say"), name, content, "application/pdf"
        )
        assert answer.status == 200

    async def strange(self, who: str) -> None:
        browser = self.browser(who)
        good = (await asyncio.to_thread(browser.page)).form("/say") | {"text": "x"}
        odd: list[dict[str, str]] = [
            {},
            good | {"once": "../x"},
            good | {"once": ""},
            good | {"text": " \n "},
        ]
        bodies = (b"nonsense", b"--x\r\n\r\n", b"", b"\xff\xfe\x00", b'{"a":' * 2000)
        for path in ("/say", "/rate", "/cards/0000000000000000/hologram", "/asks/q", "/hologram"):
            for fields in odd:
                if path == "/rate" and fields.get("once") == good["once"]:
                    continue
                assert 400 <= (await asyncio.to_thread(browser.post, path, fields)).status < 500, (
                    path,
                    fields,
                )
            for body in bodies:
                answer = await asyncio.to_thread(browser.raw, path, body, "multipart/form-data; boundary=x")
                assert 400 <= answer.status < 500, (path, body)

    def page(self, who: str) -> Page:
        return self.browser(who).page()

    def screen(self, who: str) -> list[str]:
        return [line.prose for line in self.page(who).lines if line.kind in ("text", "draft")]

    def cards(self, who: str) -> list[Seen]:
        found = []
        for line in self.page(who).lines:
            if line.kind == "card":
                buttons = {
                    words: f"{path.split('/')[3]}.{path.split('/')[2]}"
                    for words, path in line.buttons.items()
                    if path.startswith("/cards/")
                }
                found.append(Seen(line.text, buttons, line))
        return found

    def files(self, who: str) -> list[tuple[str, bytes]]:
        found = []
        for line in self.page(who).lines:
            if line.kind in ("file", "image"):
                answer = self.browser(who).get(f"/files/{line.id}")
                assert answer.status == 200
                name = re.search(r"filename\*=utf-8''([^;]+)", answer.headers["content-disposition"])
                assert name is not None
                found.append((unquote(name[1]), answer.body))
        return found

    def break_next(self, how: str) -> None:
        self.shaky.faults.append(how)
