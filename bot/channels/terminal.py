"""The terminal as a channel: a line in, a reply out, notices in between, and the clock ticking behind."""

from __future__ import annotations

import logging
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress

from bot.errors import sentence_for
from bot.inbox import Inbox
from bot.jobs import WAIT_S, tick
from bot.keeping import keep, walk
from bot.messages import Inbound, Reply
from bot.wiring import House
from knowledge.library import people
from knowledge.model import Person

LOG = logging.getLogger(__name__)
TICK_S = 1.0


class Terminal:
    """A chat in this terminal. `/as` changes the person, for the demo."""

    def __init__(self, house: House, person: Person, thread: str) -> None:
        self.house = house
        self.person = person
        self.thread = thread
        self.inbox = Inbox(house)
        self.streamed = ""

    def run(self) -> None:
        """Until /quit, end of input or Ctrl-C at an empty prompt."""
        stop = threading.Event()
        clock = threading.Thread(target=self._tick, args=(stop,), daemon=True)
        clock.start()
        self._greet()
        read = _reader()
        try:
            while (text := read(f"{self.person.name}> ")) is not None:
                if text.strip() and self.one(text).quit:
                    break
        finally:
            stop.set()
            clock.join(timeout=5)

    def one(self, text: str) -> Reply:
        """One line: handled, shown, and its notices told."""
        self.streamed = ""
        inbound = Inbound(
            channel="terminal",
            person_id=self.person.id,
            thread=self.thread,
            text=text.strip(),
            external_id=uuid.uuid4().hex,
        )
        try:
            reply = self.inbox.handle(inbound, on_text=self._stream, on_reply=self._show)
        except Exception as error:
            LOG.debug("a turn failed", exc_info=True)
            _say(f"✗ {sentence_for(error)}")  # one bad turn must not end the talk
            return Reply(text="")
        for notice in reply.notices:
            _say(f"🔔 {notice}")
        return self._become(reply.switch_to) if reply.switch_to else reply

    def _become(self, who: str) -> Reply:
        with self.house.store.reading() as session:
            found = people.find_person(session, who)
        if len(found) == 1:
            self.person = found[0]
            self._greet()
        else:
            _say(f"不认识“{who}”/ nobody is known as {who!r}")
        return Reply(text="")

    def _greet(self) -> None:
        brain = self.house.settings.llm_model or "离线助手 / offline brain"
        _say(f"── {self.person.name} {self.person.title} · {brain} · /help ──")
        for notice in self.inbox.notices(self.person.id):
            _say(f"🔔 {notice}")

    def _stream(self, piece: str) -> None:
        self.streamed += piece
        sys.stdout.write(piece)
        sys.stdout.flush()

    def _show(self, reply: Reply) -> None:
        """The answer and what belongs to it; notices follow when the house has been looked after."""
        if reply.switch_to:
            return
        if self.streamed:
            _say("")
        if self.streamed.strip() != reply.text.strip():
            _say(reply.text)
        answer = reply.answer
        if answer and answer.sources:
            _say("")
            for source in answer.sources:
                speaker = f" {source.speaker}" if source.speaker else ""
                _say(f"  [{source.n}] {source.id} {source.date} {source.kind}{speaker}: {source.title}")
        for picture in answer.pictures if answer else ():
            _say(f"  🖼 {picture.alt}: {picture.path}")
        if answer and answer.suggestions:
            _say("  " + " · ".join(f"“{said}”" for said in answer.suggestions))
        if answer:
            _say(f"  ({answer.mode})")

    def _tick(self, stop: threading.Event) -> None:
        """Undo windows end and approvals expire while nobody types."""
        while not stop.wait(TICK_S):
            if [*tick(self.house, wait_s=WAIT_S), *keep(self.house, stays_open=True), *walk(self.house)]:
                for notice in self.inbox.notices(self.person.id):
                    _say(f"\n🔔 {notice}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _reader() -> Callable[[str], str | None]:
    """prompt_toolkit with history and proper Chinese editing on a real terminal; plain lines from a pipe."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _plain
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.patch_stdout import patch_stdout

    session: PromptSession[str] = PromptSession(history=InMemoryHistory())

    def read(prompt: str) -> str | None:
        with suppress(EOFError, KeyboardInterrupt), patch_stdout():
            return session.prompt(prompt)
        return None

    return read


def _plain(prompt: str) -> str | None:
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line if line else None
