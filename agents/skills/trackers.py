"""Skill: trackers: which are in force and how often they hit, what new words would hit, and proposing one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from agents.calls import between, quoted
from agents.minutes import lines_of
from agents.proposing import Wording
from agents.skill import Skill, Turn
from agents.tracking import trackers_of
from agents.wishing import do, label
from agents.wording import day
from knowledge import blueprints
from knowledge.blueprints.trackers import GAP, Tracker
from knowledge.insight.minutes import Said
from knowledge.insight.tracking import Hit, hits
from knowledge.model import Interaction

DAYS, SHOWN, MOST_WORDS = 30, 8, 6
SIDES = {"any": ("双方", "either side"), "rep": ("我方", "us"), "customer": ("客户", "the customer")}


class Arguments(BaseModel):
    """What trackers takes. Dates are ISO days, both included; without them the last thirty days."""

    do: Literal["list", "try", "propose"] = Field(
        default="list", description="list those in force, try words on past calls, or propose a new tracker"
    )
    name: str | None = Field(default=None, max_length=60, description="the tracker's name")
    words: list[str] = Field(
        default_factory=list,
        max_length=50,
        description="keywords; with … a phrase with a gap; between slashes a simple regular expression",
    )
    side: Literal["any", "rep", "customer"] = Field(default="any", description="whose words count")
    since: date | None = Field(default=None, description="from this day on, YYYY-MM-DD")
    until: date | None = Field(default=None, description="up to and including this day, YYYY-MM-DD")


def run(turn: Turn, arguments: Arguments) -> str:
    """Trackers of words in calls: list those in force with how often they hit ("有哪些追踪词", "通话里竞品被提到几次"), try words
    on past calls before anybody publishes them ("试一下追踪词 信创、国产化 会命中哪些通话"), or propose a new one, which a manager
    must agree to ("加一个追踪词 国产化: 信创、国产替代"). Only the calls the user may read."""
    turn.focus["intent"] = "trackers"
    rows = _calls(turn, arguments)
    if arguments.do == "list" and not arguments.words:
        return _list(turn, rows, arguments)
    tracker = _tracker(turn, arguments)
    if isinstance(tracker, str):
        return tracker
    told = _tried(turn, tracker, rows)
    if arguments.do != "propose":
        turn.suggestions.append(
            turn.say(
                f"新增追踪词 {tracker.name}: {'、'.join(arguments.words)}",
                f"Add a tracker {tracker.name}: {', '.join(arguments.words)}",
            )
        )
        return told
    return f"{_propose(turn, tracker)}\n\n{told}"


def _calls(turn: Turn, arguments: Arguments) -> Sequence[Interaction]:
    since, until = between(arguments.since, arguments.until)
    return turn.desk.calls("", since or turn.desk.now - timedelta(days=DAYS), until)


def _tracker(turn: Turn, arguments: Arguments) -> Tracker | str:
    """The tracker that is meant, or what is wrong with it."""
    words = [one.strip() for one in arguments.words if one.strip()]
    name = (arguments.name or (words[0] if words else "")).strip("/ ")
    patterns = [one[1:-1] for one in words if len(one) > 2 and one.startswith("/") and one.endswith("/")]
    plain = [one for one in words if one.strip("/") not in patterns]
    content: dict[str, Any] = {
        "id": _id(name), "name": name or "?", "side": arguments.side,
        "keywords": [one for one in plain if GAP not in one], "phrases": [one for one in plain if GAP in one],
        "patterns": patterns,
    }  # fmt: skip
    faults = blueprints.lint("trackers", {"trackers": [content]})
    if not words:
        return turn.say(
            "请说要追踪哪些词,例如“新增追踪词 国产化: 信创、国产替代”。",
            "Which words shall be tracked? For example “add a tracker price: expensive, discount”.",
        )
    if faults:
        return (
            turn.say("这个追踪词有问题:", "This tracker is faulty:")
            + "\n"
            + "\n".join(f"- {one}" for one in faults)
        )
    try:
        return Tracker.model_validate(content)
    except ValidationError as error:  # lint says what; this only keeps the types honest
        return str(error)


def _id(name: str) -> str:
    """A name for programs: the ASCII of it, else the beginning of its hash."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return slug[:40] if slug and name.isascii() else "t-" + hashlib.sha256(name.encode()).hexdigest()[:10]


def _list(turn: Turn, rows: Sequence[Interaction], arguments: Arguments) -> str:
    """Every tracker with its hits and calls; of one that is named each hit with its words and second."""
    known = trackers_of(turn)
    asked = (arguments.name or turn.text).casefold()
    wanted = [
        one for one in known if any(word and word.casefold() in asked for word in (one.name, one.name_en))
    ]
    if wanted:
        return "\n\n".join(_tried(turn, one, rows) for one in wanted)
    span = f"{arguments.since or ''} ~ {arguments.until or ''}" if arguments.since or arguments.until else ""
    head = turn.say(
        f"生效的追踪词 {len(known)} 个,{span or f'近 {DAYS} 天'},n={len(rows)} 通:",
        f"{len(known)} trackers in force, {span or f'last {DAYS} days'}, n={len(rows)} calls:",
    )
    return "\n".join([head, *(_line(turn, one, rows) for one in known)])


def _line(turn: Turn, one: Tracker, rows: Sequence[Interaction]) -> str:
    found = [len(hits(lines_of(row), [one])) for row in rows]
    words = [*one.keywords, *one.phrases, *(f"/{pattern}/" for pattern in one.patterns)]
    shown = "、".join(words[:MOST_WORDS]) + ("…" if len(words) > MOST_WORDS else "")
    side = turn.say(*SIDES[one.side])
    return turn.say(
        f"- {one.name}({side}):{sum(found)} 处,{sum(map(bool, found))}/{len(rows)} 通 — {shown}",
        f"- {one.title('en')} ({side}): {sum(found)} hits in {sum(map(bool, found))} of {len(rows)} calls — {shown}",
    )


def _tried(turn: Turn, one: Tracker, rows: Sequence[Interaction]) -> str:
    """How often it hits, and the newest hits with their words and second."""
    found: list[tuple[Interaction, Hit]] = [(row, hit) for row in rows for hit in hits(lines_of(row), [one])]
    calls = len({row.id for row, _ in found})
    head = turn.say(
        f"“{one.name}”({turn.say(*SIDES[one.side])})命中 {calls}/{len(rows)} 通,共 {len(found)} 处:",
        f"“{one.title('en')}” ({turn.say(*SIDES[one.side])}) hits in {calls} of {len(rows)} calls, {len(found)} times:",
    )
    lines = [f"- {day(row.at)} {row.id} {quoted(turn, row, _said(hit))}" for row, hit in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(turn.say(f"… 还有 {len(found) - SHOWN} 处", f"… {len(found) - SHOWN} more"))
    return "\n".join([head, *lines])


def _said(hit: Hit) -> Said:
    return Said(quote=hit.quote, line=hit.line, speaker=hit.speaker, t=hit.t)


def _propose(turn: Turn, tracker: Tracker) -> str:
    team = turn.desk.person.team_id
    if not team:
        return turn.say(
            "您不属于某个团队,没有经理可以批准。", "You belong to no team, so no manager can agree."
        )
    content = {"trackers": [tracker.model_dump()]}
    words = Wording(
        noun=(f"追踪词“{tracker.name}”", f"The tracker “{tracker.title('en')}”"),
        verb=("生效", "come into force"),
        done=("已生效", "is in force"),
        not_done=("没有发布", "Nothing was published"),
        kept=("没有发布", "nothing was published"),
        title=turn.say(f"追踪词 {tracker.name}", f"Tracker {tracker.name}"),
    )
    typed = all(one in turn.text for one in [*tracker.keywords, *tracker.phrases, *tracker.patterns])
    args = {"kind": "trackers", "name": tracker.id, "content": content}
    return do(turn, "publish_blueprint", args, team, {"content": label(turn, typed=typed)}, words)


SKILL = Skill(name="trackers", arguments=Arguments, run=run)
