"""Whole stories as chat transcripts: every file in tests/journeys is one conversation with the real house."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import record
from bot.inbox import Inbox
from bot.messages import Inbound, Reply
from bot.wiring import House
from tests.fakes.clock import FakeClock

JOURNEYS = sorted((Path(__file__).parent / "journeys").glob("*.yaml"))


@dataclass
class Walk:
    """One journey under way. `codes` are the action codes met so far, newest last; `{code}` in a line is the newest."""

    house: House
    codes: list[str] = field(default_factory=list)
    count: int = 0

    def say(self, who: str, text: str) -> Reply:
        self.count += 1
        for name, value in (("{code}", self.codes[-1] if self.codes else ""),):
            text = text.replace(name, value)
        inbound = Inbound(
            channel="journey", person_id=who, thread="j", text=text, external_id=f"m{self.count}"
        )
        reply = Inbox(self.house).handle(inbound)
        for outcome in reply.answer.outcomes if reply.answer else ():
            with self.house.store.reading() as session:
                from actions.sight import find

                row = find(session, outcome.action_id)
            if row is not None:
                self.codes.append(row.code)
        return reply


@pytest.mark.parametrize("path", JOURNEYS, ids=[path.stem for path in JOURNEYS])
def test_journey(path: Path, demo_house: House) -> None:
    story = yaml.safe_load(path.read_text(encoding="utf-8"))
    walk = Walk(demo_house)
    who = story["as"]
    for number, step in enumerate(story["steps"], 1):
        where = f"{path.name} step {number} {step.get('say', '')!r}"
        if "wait" in step:
            clock = demo_house.clock
            assert isinstance(clock, FakeClock)
            clock.pass_(step["wait"])
            demo_house.performer.tick()
        if "say" in step:
            who = step.get("as", who)
            _check(walk.say(who, step["say"]), step, walk, where)
        if "mails" in step:
            assert _mails(demo_house) == step["mails"], where
    with demo_house.store.reading() as session:
        assert record.verify(session, demo_house.head_file).problems == ()


def _check(reply: Reply, step: dict[str, Any], walk: Walk, where: str) -> None:
    shown = f"{where}\n--- reply ---\n{reply.text}\n{reply.notices}"
    for pattern in step.get("expect", []):
        assert re.search(pattern, reply.text), f"{shown}\nmissing: {pattern}"
    for pattern in step.get("never", []):
        assert not re.search(pattern, reply.text), f"{shown}\nmust not say: {pattern}"
    for pattern in step.get("notices", []):
        assert any(re.search(pattern, notice) for notice in reply.notices), f"{shown}\nno notice: {pattern}"
    if "sources" in step:
        assert reply.answer is not None, shown
        assert len(reply.answer.sources) >= step["sources"], shown
    if "outcome" in step:
        assert reply.answer is not None, shown
        assert reply.answer.outcomes, shown
        assert reply.answer.outcomes[-1].status == step["outcome"], shown
    if step.get("cited"):
        _every_fact_is_cited(reply, shown)
    if "new_code" in step:
        match = re.search(r"新动作 (\w+)|([A-Z0-9]{4,}) ", reply.text)
        assert match, shown
        walk.codes.append(match[1] or match[2])


def _every_fact_is_cited(reply: Reply, shown: str) -> None:
    """Lines with a figure carry a citation, headings excepted, and every citation has its source."""
    assert reply.answer is not None
    known = {source.n for source in reply.answer.sources}
    used = {int(n) for n in re.findall(r"\[(\d+)\]", reply.text)}
    assert used <= known, f"{shown}\ncitations without source: {used - known}"
    for line in reply.text.splitlines():
        if re.search(r"[¥%]|\d{4}-\d{2}-\d{2}", line) and not line.endswith(":"):
            assert re.search(r"\[\d+\]", line), f"{shown}\nuncited fact: {line}"


def _mails(house: House) -> int:
    outbox = house.settings.var_dir / "outbox"
    return len(list(outbox.glob("*.eml"))) if outbox.exists() else 0
