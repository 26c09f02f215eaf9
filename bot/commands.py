"""What people type with a slash (or as a text code, 批准 A7F3): no model is asked, the gate decides.

A menu: each command is one function of the desk, the approving side, and its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from actions.action import Outcome
from actions.approvals import Approvals
from actions.counter import PersonDesk
from actions.wording import in_language

from . import command_calls, command_deeds, command_keys, command_reports, command_settle, command_stages
from .cards import card_text, explanation_text
from .command_edits import edits
from .command_help import HELP
from .command_keys import Keys
from .messages import Reply


@dataclass(frozen=True, kw_only=True)
class Station:
    """Where a command is carried out; `sources` and `advice` are the last answer's, `skill` runs one by its name."""

    desk: PersonDesk
    approvals: Approvals
    keys: Keys
    sources: list[dict[str, Any]]
    language: str
    own_actions: Callable[[], list[tuple[str, str, str]]]
    skill: Callable[[str, dict[str, Any]], Reply]
    advice: Callable[[], list[str]]

    def say(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh


TERMINALS = ("terminal", "ask", "journey")
OF_TERMINALS = ("/as", "/help  /quit")

TEXT_CODES = re.compile(
    r"^\s*(批准|同意|驳回|拒绝|撤回|撤销|approve|reject|undo)\s*[#:]?\s*([A-Za-z0-9]{4,16}|act-[0-9a-f]{16})(?:\s+(.*))?$",
    re.IGNORECASE | re.DOTALL,
)
CODE_WORD = re.compile(r"[ACDEFGHJKMNPQRTUVWXY34679]{4,16}|act-[0-9a-f]{16}")
"""A word that can be nothing but an action's code."""

_CODE_VERBS = {
    "批准": "approve", "同意": "approve", "驳回": "reject", "拒绝": "reject", "撤回": "undo", "撤销": "undo",
    "approve": "approve", "reject": "reject", "undo": "undo",
}  # fmt: skip


def parse(text: str) -> tuple[str, str] | None:
    """(command, rest) when the text is a command or a text code, else None."""
    coded = TEXT_CODES.match(text)
    if coded and (any(c.isdigit() for c in coded[2]) or coded[2].isupper()):
        return _CODE_VERBS[coded[1].lower()], f"{coded[2]} {coded[3] or ''}".strip()
    if command_deeds.is_bare_undo(text):
        return "undo", ""
    if not text.startswith("/") or len(text) < 2 or text[1] in " /":
        return None
    name, _, rest = text[1:].partition(" ")
    return name.strip().lower(), rest.strip()


def run(name: str, rest: str, station: Station) -> Reply:
    """Carry out a command; an unknown one is answered with the list."""
    command = COMMANDS.get(name)
    if command is None:
        return Reply(
            text=station.say(f"没有 /{name} 这个命令。", f"There is no /{name}. ") + "\n" + help_text(station)
        )
    return command(rest, station)


def _source(rest: str, station: Station) -> Reply:
    numbers = re.findall(r"\d+", rest)
    chosen = [s for s in station.sources if str(s["n"]) in numbers] if numbers else station.sources
    # Rights may have changed since the answer was given; what is no longer seen sounds like what never was.
    chosen = [s for s in chosen if station.desk.still_sees(str(s["kind"]), str(s["id"]))]
    if not chosen:
        return Reply(text=station.say("上一条回答没有这个来源。", "The last answer has no such source."))
    station.desk.advice.opened(station.advice())
    return Reply(text="\n\n".join(_source_text(source, station) for source in chosen))


def _source_text(source: dict[str, Any], station: Station) -> str:
    head = f"[{source['n']}] {source['id']} · {source['date']} · {source['kind']} · {source['title']}"
    speaker = f"\n{source['speaker']}:" if source.get("speaker") else ""
    row = station.desk.interaction(str(source["id"]))
    whole = f"\n—— {station.say('原文', 'in full')} ——\n{row.text}" if row else ""
    return f"{head}{speaker}\n“{source['quote']}”{whole}"


def _explain(rest: str, station: Station) -> Reply:
    """`/explain score [deal]`: the score walked through, on one's own deal when none is named."""
    what, _, deal = rest.partition(" ")
    if what.lower() not in ("score", "分数", "概率"):
        return Reply(text=station.say("用法: /explain score [商机]", "Usage: /explain score [DEAL]"))
    return station.skill("walk_score", {"deal": deal.strip() or None})


def _why(rest: str, station: Station) -> Reply:
    why = station.desk.explain(rest) if rest else None
    if why is None:
        return Reply(text=station.say("没有找到这个动作,用法: /why 编号", "No such action. Usage: /why CODE"))
    return Reply(text=explanation_text(why, station.language))


def _show(rest: str, station: Station) -> Reply:
    card = station.desk.card(rest) if rest else None
    if card is None:
        return Reply(
            text=station.say("没有找到这个动作,用法: /show 编号", "No such action. Usage: /show CODE")
        )
    return Reply(text=card_text(card, station.language))


def _waiting(_rest: str, station: Station) -> Reply:
    cards = station.desk.waiting()
    if not cards:
        return Reply(text=station.say("没有等你审批的动作。", "Nothing waits for you."))
    return Reply(text="\n\n".join(card_text(card, station.language) for card in cards))


def _actions(_rest: str, station: Station) -> Reply:
    rows = station.own_actions()
    if not rows:
        return Reply(text=station.say("还没有动作。", "No actions yet."))
    return Reply(text="\n".join(f"{code}  {state}  {headline}" for code, state, headline in rows))


def _approve(rest: str, station: Station) -> Reply:
    """One code, with the confirmation code at high risk; or several codes, each decided by itself."""
    words = rest.split()
    typed = ""
    if len(words) == 2 and (first := station.desk.card(words[0])) is not None and first.risk == "high":
        words, typed = words[:1], words[1]
    return _each(station, words, lambda ref: _yes(station, ref, typed))


def _yes(station: Station, ref: str, typed: str) -> Outcome:
    card = station.desk.card(ref)
    seen = card.payload_hash if card else ""
    me, channel = station.desk.person.id, station.desk.channel
    return station.approvals.approve(me, ref, seen_hash=seen, typed=typed, channel=channel)


def _each(station: Station, refs: list[str], answer: Callable[[str], Outcome]) -> Reply:
    """Each action has its own fate: one that is refused does not touch its neighbours."""
    told = [_told(station, answer(ref)).text for ref in (refs or [""])]
    return Reply(text="\n".join(told))


def _reject(rest: str, station: Station) -> Reply:
    """One code or several, then the reason."""
    words = rest.split()
    refs = words[:1]
    for word in words[
        1:
    ]:  # a first word of the reason may look like a code; it is one when there is such an action
        if not (_is_code(word) and all(map(_is_code, refs)) and station.desk.explain(word)):
            break
        refs.append(word)
    reason = rest.split(None, len(refs))[len(refs)] if len(words) > len(refs) else ""
    me, channel = station.desk.person.id, station.desk.channel
    return _each(station, refs, lambda ref: station.approvals.reject(me, ref, reason, channel=channel))


def _is_code(word: str) -> bool:
    return bool(CODE_WORD.fullmatch(word))


def _undo(rest: str, station: Station) -> Reply:
    """The action of that code; without one the last that was asked for in this conversation."""
    ref = rest.split()[0] if rest else command_deeds.last_action(station.keys, station.desk)
    if not ref:
        return Reply(text=station.say(*command_deeds.NOTHING))
    return _told(station, station.approvals.undo(station.desk.person.id, ref, channel=station.desk.channel))


def _edit(rest: str, station: Station) -> Reply:
    ref, _, change = rest.partition(" ")
    try:
        changes = edits(change)
    except ValueError as error:
        return Reply(text=str(error))
    return _told(
        station, station.approvals.edit(station.desk.person.id, ref, changes, channel=station.desk.channel)
    )


def _told(station: Station, outcome: Outcome) -> Reply:
    text = outcome.reason_en if station.language == "en" and outcome.reason_en else outcome.reason
    text = in_language(text, station.language)
    return Reply(
        text="\n".join(
            [text, *(f"⚠ {in_language(warning, station.language)}" for warning in outcome.warnings)]
        )
    )


def _as(rest: str, station: Station) -> Reply:
    if not rest:
        return Reply(text=station.say("用法: /as 姓名或编号", "Usage: /as NAME-OR-ID"))
    return Reply(text="", switch_to=rest)


def _help(_rest: str, station: Station) -> Reply:
    return Reply(text=help_text(station))


def help_text(station: Station) -> str:
    """The commands, one a line, in the asker's language; in a chat without those of the terminal."""
    here = [row for row in HELP if station.desk.channel in TERMINALS or not row[0].startswith(OF_TERMINALS)]
    return "\n".join(f"{usage:<28}{station.say(zh, en)}" for usage, zh, en in here)


def _keyed(command: Callable[[str, Keys, PersonDesk], tuple[str, str]]) -> Callable[[str, Station], Reply]:
    """A command that answers in both languages."""
    return lambda rest, station: Reply(text=station.say(*command(rest, station.keys, station.desk)))


def _fetch(rest: str, station: Station) -> Reply:
    zh, en, file = command_deeds.fetch(rest, station.keys, station.desk)
    return Reply(text=station.say(zh, en), extra=file)


COMMANDS: dict[str, Callable[[str, Station], Reply]] = {
    "source": _source, "why": _why, "show": _show, "approvals": _waiting, "actions": _actions,
    "approve": _approve, "reject": _reject, "undo": _undo, "edit": _edit, "as": _as, "help": _help,
    "nudge": _keyed(command_keys.nudge), "handover": _keyed(command_keys.handover),
    "tasks": _keyed(command_deeds.my_tasks), "done": _keyed(command_deeds.done), "fetch": _fetch,
    "delegate": _keyed(command_keys.delegate), "figures": _keyed(command_keys.figures),
    "stop": _keyed(command_keys.stop), "resume": _keyed(command_keys.resume),
    "settle": _keyed(command_settle.settle), "stage": _keyed(command_stages.stage),
    "serious": _keyed(command_reports.serious), "complaint": _keyed(command_reports.complaint),
    "wrong": _keyed(command_reports.wrong), "did": _keyed(command_reports.did),
    "mark": _keyed(command_calls.mark), "note": _keyed(command_calls.note),
    "ownmood": _keyed(command_calls.own_mood),
    "explain": _explain,
    **dict.fromkeys(("quit", "exit"), lambda _, station: Reply(text=station.say("再见。", "Bye."), quit=True)),
}  # fmt: skip
