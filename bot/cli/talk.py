"""`ask` and `chat`: the conversation in a terminal."""

from __future__ import annotations

import sys
import uuid

from agents.answer import Answer
from bot.inbox import Inbox, answer_of
from bot.jobs import tick
from bot.messages import Inbound
from bot.wiring import House

from . import EXIT_USAGE
from .opening import asker, opened
from .screen import err, out, out_json
from .trouble import Trouble


def ask(text: str, who: str, *, thread: str, as_json: bool, demo: bool) -> None:
    """One question, one answer. What became of a wish stands in the answer; the exit code says that there is one."""
    words = sys.stdin.read() if text == "-" else text
    if not words.strip():
        raise Trouble("没有要问的话 / there is no question", EXIT_USAGE)
    house = opened(demo=demo)
    _ask(house, words, who, thread=thread, as_json=as_json)


def _ask(house: House, words: str, who: str, *, thread: str, as_json: bool) -> None:
    person = asker(house, who)
    tick(house)
    thread = thread or uuid.uuid4().hex[:12]
    inbound = Inbound(
        channel="ask", person_id=person.id, thread=thread, text=words, external_id=uuid.uuid4().hex
    )
    mode = house.settings.llm_model or "offline"
    if as_json:  # one document with the notices in it
        reply = Inbox(house).handle(inbound)
        out_json({**answer_of(reply, mode).as_json(), "thread": thread, "notices": list(reply.notices)})
        return
    reply = Inbox(house).handle(inbound, on_reply=lambda said: _show(answer_of(said, mode)))
    for notice in reply.notices:
        err(f"🔔 {notice}")
    err(f"(--thread {thread} 接着问 / to go on)")


def _show(answer: Answer) -> None:
    """At once: nobody waits for the house to be looked after."""
    out(answer.text)
    _footnotes(answer.as_json())
    for picture in answer.pictures:
        out(f"  🖼 {picture.alt}: {picture.path}")


def _footnotes(answer: dict[str, object]) -> None:
    sources = answer["sources"]
    assert isinstance(sources, tuple | list)
    if sources:
        out()
    for source in sources:
        speaker = f" {source['speaker']}" if source["speaker"] else ""
        out(f"  [{source['n']}] {source['id']} {source['date']} {source['kind']}{speaker}: {source['title']}")


def chat(who: str, *, demo: bool, thread: str) -> None:
    """Open the terminal channel as a person."""
    from bot.channels.terminal import Terminal

    house = opened(demo=demo)
    person = asker(house, who)
    Terminal(house, person, thread or "main").run()
