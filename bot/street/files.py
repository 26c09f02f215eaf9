"""Files sent in a chat: onto the deal that is meant, or asked for; what the person is told about each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions.action import UNTRUSTED_LABELS
from actions.counter import PersonDesk
from actions.received import Became, DealChoice, FileResult, SentFile
from agents.ledger import LABELS
from knowledge.attachments.words import RECORDING, TRANSCRIPT
from knowledge.model import InboundFile, Person
from knowledge.model.conversations import READ

from . import file_sentences as say
from .file_answers import Answer, meant, speaks_of_files
from .port import Channel
from .words import Attachment, Fetched, Gone, TooLarge

WAITING = "files_waiting"
"""Key of a conversation's focus while files wait: `offered` are the deals shown, in order, `files` what was asked
about; `fresh` is true until the person speaks of something else: after that only a line about the files is an answer."""

MOST_AT_ONCE = 20
TRIES = 3
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Download:
    """One file of an arrival: what the platform announced and, when it could be fetched, where it lies. `problem` is
    over_limit, withdrawn or missing (of file_words.REFUSALS), with `limit` in MB."""

    attachment: Attachment
    fetched: Fetched | None = None
    problem: str = ""
    limit: int = 0


async def download(
    channel: Channel,
    attachments: Sequence[Attachment],
    folder: Path,
    limit: int,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[Download]:
    """Fetch every file of an arrival into `folder`, one after the other; `limit` in bytes. A file that cannot be had
    is a problem in words, never an error; the caller removes the folder when the files are taken."""
    return [await _fetch(channel, one, folder, limit, sleep) for one in attachments[:MOST_AT_ONCE]] + [
        Download(attachment=one, problem="crowd", limit=MOST_AT_ONCE) for one in attachments[MOST_AT_ONCE:]
    ]


async def _fetch(
    channel: Channel,
    attachment: Attachment,
    folder: Path,
    limit: int,
    sleep: Callable[[float], Awaitable[None]],
) -> Download:
    if attachment.size > limit:
        return Download(attachment=attachment, problem="over_limit", limit=limit // 1024 // 1024)
    for attempt in range(TRIES):
        try:
            return Download(attachment=attachment, fetched=await channel.fetch(attachment, folder, limit))
        except TooLarge as large:
            return Download(attachment=attachment, problem="over_limit", limit=large.limit // 1024 // 1024)
        except Gone:
            return Download(attachment=attachment, problem="withdrawn")
        except OSError:
            LOG.warning("%s: a file could not be fetched, try %d", channel.name, attempt + 1)
            await sleep(2.0**attempt)
    return Download(attachment=attachment, problem="missing")


@dataclass
class FilesIn:
    """The street's hand for files. Everything here is plain sync and belongs into a thread: a document takes up to 20
    seconds. `focus` is the conversation's own dictionary; it is changed in place and must be saved by the caller."""

    keep_downloads: bool = field(default=False)
    """leave downloaded files where they are; else each is removed when it is taken or refused"""

    def take(
        self,
        person: Person,
        desk: PersonDesk,
        conversation_focus: dict[str, Any],
        fetched_files: Sequence[Download],
        said: str = "",
    ) -> str:
        """What the person is told about the files of one message. `said` is what they wrote beside them: a deal named
        there comes before the one the talk is about. Files with no deal wait, and one question asks for all of them."""
        deal_id, offered = self._aim(desk, conversation_focus, said)
        lines: list[str] = []
        waiting: list[FileResult] = []
        for one in fetched_files:
            result = self._take(person, desk, one, deal_id)
            if isinstance(result, str):
                lines.append(result)
            elif result.became == Became.WAITING:
                waiting.append(result)
            else:
                lines.append(say.told(result, desk.language))
                _talk_of_call(conversation_focus, result)
        _taint(conversation_focus)
        if waiting:
            choices = list(dict.fromkeys([*offered, *(one for file in waiting for one in file.choices)]))[:6]
            lines += self._noted(waiting, desk.language)
            lines.append(self._ask(desk, conversation_focus, choices))
        return "\n".join(lines)

    def answer(self, desk: PersonDesk, conversation_focus: dict[str, Any], text: str) -> str | None:
        """What a line of the person's does to the files that wait: binds them all, drops them, or asks once more. None
        when nothing was asked or the line is about something else: then the assistant answers it. An answer that is
        given a second time (a turn that broke off) says that they are on that deal already."""
        asked = conversation_focus.get(WAITING)
        if not isinstance(asked, dict):
            return None
        offered, ids = [[str(one) for one in asked.get(key) or ()] for key in ("offered", "files")]
        found = meant(text, desk.names(), offered) if asked.get("fresh") or speaks_of_files(text) else None
        if found is None:
            conversation_focus[WAITING] = {"offered": [], "fresh": False, "files": ids}
            return None
        if found.drop:
            conversation_focus.pop(WAITING, None)
            return say.dropped(sum(desk.drop_file(one) for one in ids), desk.language)
        if len(found.deals) != 1 and _here(desk):
            return self._ask(desk, conversation_focus, _choices(desk, found.deals))
        return self.pick(desk, conversation_focus, ids, found.deals[0])

    def pick(
        self, desk: PersonDesk, conversation_focus: dict[str, Any], file_ids: Sequence[str], deal_id: str
    ) -> str:
        """The person says which deal these waiting files are about (in words, or by a button)."""
        results = [desk.bind_file(file_id, deal_id) for file_id in file_ids]
        if any(one.became in (Became.BOUND, Became.KNOWN) for one in results):
            _talk_about(conversation_focus, deal_id)
        for one in results:
            _talk_of_call(conversation_focus, one)
        if not _here(desk):
            conversation_focus.pop(WAITING, None)
        _taint(conversation_focus)
        return "\n".join(dict.fromkeys(say.told(one, desk.language) for one in results))

    # inside ----------------------------------------------------------------------------------------------------

    def _aim(self, desk: PersonDesk, focus: Mapping[str, Any], said: str) -> tuple[str, list[DealChoice]]:
        """The deal that is meant, or "" with those to offer first. The deal the talk is about counts when a person
        chose it: one that a model came upon while reading is offered, not taken."""
        found = meant(said, desk.names(), [], strict=False) if said.strip() else Answer()
        if found and len(found.deals) == 1:
            return found.deals[0], []
        about = str(focus.get("deal_id") or "")
        named = found.deals if found else ()
        if not about or (named and about not in named):
            return "", _choices(desk, named)
        chosen_by = set((focus.get(LABELS) or {}).get(about) or ())
        return ("", _choices(desk, [about, *named])) if chosen_by & UNTRUSTED_LABELS else (about, [])

    def _take(self, person: Person, desk: PersonDesk, one: Download, deal_id: str) -> FileResult | str:
        if desk.person.id != person.id:
            raise ValueError("the desk is another person's")
        announced = (one.fetched.name if one.fetched else "") or one.attachment.name
        if one.fetched is None:
            return say.refused(announced, one.problem or "missing", desk.language, one.limit)
        path = Path(one.fetched.path)
        sent = SentFile(
            path=path, name=announced, sent_as=one.attachment.kind, seconds=one.attachment.seconds
        )
        try:
            return desk.take_file(sent, deal_id)
        except Exception:
            LOG.exception("a file could not be taken in")
            return say.refused(announced, "broken", desk.language)
        finally:
            if not self.keep_downloads:
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _noted(self, waiting: Sequence[FileResult], language: str) -> list[str]:
        return [f"{file.name}: {notes}" for file in waiting if (notes := say.notes_of(file.notes, language))]

    def _ask(self, desk: PersonDesk, focus: dict[str, Any], choices: Sequence[DealChoice]) -> str:
        files = _here(desk)
        ids = [file.id for file in files]
        focus[WAITING] = {"offered": [one.id for one in choices], "fresh": True, "files": ids}
        return say.question([file.name for file in files], choices, desk.language)


def _here(desk: PersonDesk) -> list[InboundFile]:
    """The files that wait in this conversation; what was sent elsewhere is not spoken of here."""
    return [file for file in desk.waiting_files() if file.conversation_id == desk.conversation_id]


def _choices(desk: PersonDesk, ids: Sequence[str]) -> list[DealChoice]:
    names = desk.names().by_id
    return [DealChoice(id=id, name=names[id].name) for id in ids if id in names]


def _talk_about(focus: dict[str, Any], deal_id: str) -> None:
    """The person named this deal: "what does the file say" is about it from now on."""
    focus["deal_id"] = deal_id
    focus[LABELS] = {**(focus.get(LABELS) or {}), deal_id: ["crm_record"]}


def _talk_of_call(focus: dict[str, Any], result: FileResult) -> None:
    """A recording or a transcript that was filed is the call that "this recording" means from now on."""
    if result.became == Became.BOUND and result.kind in (RECORDING, TRANSCRIPT) and result.deal:
        _talk_about(focus, result.deal.id)
        focus["call_id"] = result.interaction_id
        focus.pop("call_version", None)


def _taint(focus: dict[str, Any]) -> None:
    """The name of a file stands in what the conversation shows from now on, and nobody in the house wrote it."""
    focus[READ] = sorted({*(focus.get(READ) or ()), "attachment"})
