"""A line about the call the conversation is about, before any assistant sees it: corrections and versions of its transcript."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from actions.approvals import Approvals
from actions.call_records import Calls
from actions.call_sides import name_channels, unknown_channels
from actions.call_versions import Versions, halves, segments_of
from actions.call_words import Told
from actions.counter import PersonDesk
from actions.wording import local_moment
from agents.answer import Answer
from knowledge.model import Interaction, TranscriptVersion
from knowledge.model.files import TO_TRANSCRIBE
from knowledge.model.recordings import ASKED, GIVEN, UNKNOWN
from knowledge.names import NameIndex
from speech.corrections import LABEL, NAME, SPEAKER, Correction, touched

from .call_accepting import Accepting
from .call_lines import CallLine, answer, consent, correction
from .messages import Reply

ABOUT_CALLS = frozenset({"summarise_call", "ask_call", "review_call", "call_talk"})
"""Intents of a conversation in which a name without a place is one of the call's."""

CHANNEL = re.compile(r"(?:声道|channel)\s*([12])", re.IGNORECASE)
CUSTOMER, OURS = (
    ("客户", "对方", "customer", "the customer", "the client"),
    ("我", "我方", "me", "销售", "the rep", "rep"),
)
SHOWN = 12


@dataclass
class CallTalk:
    """Answers a line, or None where it is about something else. `focus` is the conversation's, changed in place."""

    desk: PersonDesk
    approvals: Approvals

    def heard(self, focus: dict[str, Any], text: str) -> Reply | None:
        """Nothing is looked at for a line that could not be meant."""
        line = correction(text) or consent(text) or answer(text)
        row = self._row(focus) if line is not None else None
        if line is None or row is None or not self._meant(line, row, focus):
            return None
        focus["intent"] = "call_talk"
        if line.verb in ("accept", "refuse", "give"):
            return self._reply(focus, "\n".join(self._answered(row.id, line)), ())
        if line.verb == "consent":
            told = agreed(self.desk, row.id, line.state, line.how)
            return self._reply(focus, self._say(told.zh, told.en), ())
        if line.verb == "history":
            return self._reply(focus, self._history(row), ())
        told = self._edited(row, line, focus)
        if told.version:
            focus["call_version"] = told.version
        renew = self._say("重新生成纪要", "Renew the minutes")
        return self._reply(
            focus, told.en if self.desk.language == "en" else told.zh, (renew,) if told.version else ()
        )

    # inside ----------------------------------------------------------------------------------------------------

    @cached_property
    def _names(self) -> NameIndex:
        """The names the asker may use, looked up once for their line."""
        return self.desk.names()

    def _speaker(self, row: Interaction, who: str) -> tuple[str, str]:
        return speaker_of(self.desk, row, who, lambda: self._names)

    def _row(self, focus: Mapping[str, Any]) -> Interaction | None:
        call = str(focus.get("call_id") or "")
        return self.desk.interaction(call) if call else None

    def _meant(self, line: CallLine, row: Interaction, focus: Mapping[str, Any]) -> bool:
        """A name without a place is the call's only while the talk is about calls, and only where it was said there; a yes
        is one only while somebody's consent is waited for; a number only where there are proposals."""
        if line.verb == "consent":
            return awaits_consent(self.desk, row)
        if line.verb in ("accept", "refuse", "give"):
            return bool(self.desk.proposals(row.id))
        if line.edit is None or line.edit.kind != NAME or line.named:
            return True
        return focus.get("intent") in ABOUT_CALLS and bool(touched(segments_of(row), line.edit))

    def _answered(self, call_id: str, line: CallLine) -> list[str]:
        accepting = Accepting(self.desk, self.approvals)
        if line.verb == "give":
            return accepting.give(call_id, line.numbers[0], line.who)
        return (accepting.accept if line.verb == "accept" else accepting.refuse)(call_id, line.numbers)

    def _edited(self, row: Interaction, line: CallLine, focus: Mapping[str, Any]) -> Told:
        base = int(focus.get("call_version") or 0)
        if line.verb == "restore":
            return Versions(self.desk).restore(row.id, line.number, base)
        assert line.edit is not None
        channel, customer = self._channel_of_ours(row, line.edit)
        if channel:
            return name_channels(self.desk, row.id, channel, customer)
        return Versions(self.desk).correct(row.id, self._named(row, line.edit), base)

    def _channel_of_ours(self, row: Interaction, wish: Correction) -> tuple[int, str]:
        """1 or 2, and the customer's name where it is said, of a line that says whose a channel is which nobody has named
        yet; that is no correction. 0 else."""
        said = CHANNEL.fullmatch(wish.old) if wish.kind == LABEL else None
        if said is None or not unknown_channels(row, self.desk.recording(row.id)):
            return 0, ""
        name, side = self._speaker(row, wish.new)
        entries = self._names.by_id.values()
        kinds = {one.kind for one in entries if one.name == name and one.kind in ("contact", "person")}
        number = int(said[1])
        if side == "rep" or kinds == {"person"}:
            return number, ""
        if side == "customer" or kinds == {"contact"}:
            return 3 - number, name if kinds == {"contact"} else ""
        return 0, ""

    def _named(self, row: Interaction, wish: Correction) -> Correction:
        """客户 and 我 as the people they are in this call; a name people are known by as their own."""
        if wish.kind not in (SPEAKER, LABEL):
            return wish
        name, side = self._speaker(row, wish.new)
        return replace(wish, new=name, side=side)

    def _history(self, row: Interaction) -> str:
        return history_text(Versions(self.desk).history(row.id), self.desk.language)

    def _reply(self, focus: dict[str, Any], text: str, suggestions: tuple[str, ...]) -> Reply:
        return Reply(
            text=text, answer=Answer(text=text, mode="command", suggestions=suggestions, focus=focus)
        )

    def _say(self, zh: str, en: str) -> str:
        return en if self.desk.language == "en" else zh


def awaits_consent(desk: PersonDesk, row: Interaction) -> bool:
    """Whether a recording waits until somebody says that those on it agreed."""
    recording = desk.recording(row.id)
    if row.segments or row.extra.get("sent_as") == "voice" or row.extra.get("transcript") != TO_TRANSCRIBE:
        return False
    return recording is None or recording.consent in (UNKNOWN, ASKED)


def agreed(desk: PersonDesk, call_id: str, state: str, how: str = "") -> Told:
    """Note how the consent stands; without words of how, that this colleague says so, and where."""
    said = how or f"{desk.person.name} 确认对方已同意 / says that they agreed ({desk.channel or 'chat'})"
    return Calls(desk).consent(call_id, state, said if state == GIVEN else how)


def speaker_of(
    desk: PersonDesk, row: Interaction, who: str, names_of: Callable[[], NameIndex] | None = None
) -> tuple[str, str]:
    """Name and side ("": not known) of a speaker as a person names them: the customer, me, or somebody by name. `names_of`
    gives the desk's names where they have been looked up already."""
    plain = who.strip()
    if plain.lower() in OURS:
        return desk.person.name, "rep"
    if plain.lower() in CUSTOMER:
        known = [str(one["speaker"]) for one in segments_of(row) if one.get("side") == "customer"]
        names = list(dict.fromkeys(name for name in known if name))
        contact = desk.contact(row.contact_id) if row.contact_id else None
        name = names[0] if len(names) == 1 else contact.name if contact else "客户"
        return name, "customer"
    around = tuple(filter(None, (row.deal_id, row.account_id)))
    index = (names_of or desk.names)()
    found = [one for one in index.spot(plain, around) if one.kind in ("contact", "person")]
    entry = index.by_id.get(found[0].id) if len({one.id for one in found}) == 1 else None
    whole = entry is not None and found[0].end - found[0].start == len(plain)
    return (entry.name if entry is not None and whole else plain), ""


def history_text(known: list[tuple[TranscriptVersion, str]], language: str) -> str:
    """Versions, newest first: number, who, when, what."""
    en = language == "en"
    lines = []
    for one, author in reversed(known[-SHOWN:]):
        what = halves(one.what)[en]
        who = author or ("as written down" if en else "最初")
        number = f"Version {one.number}" if en else f"第 {one.number} 版"
        lines.append(f"{number} · {local_moment(one.at)} · {who}{' · ' if what else ''}{what}")
    head = f"{len(known)} version(s) of the transcript:" if en else f"文字稿共 {len(known)} 版:"
    tail = "To go back: restore version N" if en else "要恢复旧版请说: 恢复第 N 版"
    return "\n".join([head, *(f"- {line}" for line in lines), *([tail] if len(known) > 1 else [])])
