"""A running answer on an AI card: created, written to while it grows, finished with the final text; plain text where it fails."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from bot.street.port import Pad
from bot.street.words import Fate, Parcel, Sent

from .cards import BROKEN, FINISHED, PENDING, WRITING, strings
from .pace import Sleep
from .quota import Quota
from .spaces import Spaces
from .speaking import Speaker
from .texts import dialect, fitted, stable_id
from .trouble import LOST, PACE, QUOTA, Trouble

LOG = logging.getLogger(__name__)

GAP_S = 0.8
"""Seconds between two updates of one card."""

KEPT_S = 86400.0
TRIES = 3
"""Ends of an answer that are tried on its card before it is sent as a text."""

NONE, CREATING, SHOWN, STREAMING, ENDED, DONE, FAILED = (
    "none", "creating", "shown", "streaming", "ended", "done", "failed",
)  # fmt: skip
NO_TEMPLATE = "没有 AI 卡片模板 / no template for running answers"
SAVING = "本月额度用了八成,不再流式 / 80 % of the month's calls are used: no running answers"
OVER = "这个回答已经结束 / this answer has ended"


@dataclass
class _Card:
    """What is known of a turn's card; kept on the pad so that a restart goes on with it."""

    turn: str
    id: str
    stage: str = NONE
    tries: int = 0


class Answers:
    """Drafts and the texts that end them. Raises Trouble."""

    def __init__(
        self,
        spaces: Spaces,
        speaker: Speaker,
        quota: Quota,
        pad: Pad,
        template: str,
        monotonic: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        self._spaces, self._speaker, self._quota, self._pad = spaces, speaker, quota, pad
        self._template, self._now, self._sleep = template, monotonic, sleep
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._shown_at: dict[str, float] = {}

    async def draft(self, parcel: Parcel) -> Sent:
        """Show the text so far. Losing one is harmless, so that nothing of it is ever unknown."""
        if not self._template:
            return Sent(fate=Fate.NEVER, note=NO_TEMPLATE)
        if not await self._quota.drafts():
            return Sent(fate=Fate.NEVER, note=SAVING)
        async with self._lock(parcel.turn):
            card = await self._load(parcel.turn)
            if card.stage in (ENDED, DONE, FAILED):
                return Sent(fate=Fate.NEVER, note=OVER)
            if (wait := self._wait(card.id)) > 0:
                return Sent(fate=Fate.LATER, after_s=wait, note="等下一次更新 / waits for its turn")
            try:
                await self._open(card, parcel)
                text = dialect(fitted(parcel.text))
                await self._spaces.stream(card.id, stable_id(parcel.id, text), text, final=False)
                self._shown_at[card.id] = self._now()
                return Sent(fate=Fate.SENT, refs={"out_track_id": card.id})
            except Trouble as trouble:
                return await self._lost_draft(card, trouble)

    async def finish(self, parcel: Parcel) -> Sent:
        """The final text: on the card if there is one, else as a message."""
        async with self._lock(parcel.turn):
            card = await self._load(parcel.turn)
            if card.stage in (NONE, FAILED):
                return await self._speaker.say(parcel.address, parcel.text)
            if card.stage != DONE:
                trouble = await self._end(card, parcel)
                if trouble is not None and card.stage != ENDED:
                    return await self._instead(card, parcel, trouble)
                if trouble is not None:
                    return await self._spinning(card, trouble)
            self._shown_at.pop(card.id, None)
            return Sent(fate=Fate.SENT, refs={"out_track_id": card.id})

    async def _open(self, card: _Card, parcel: Parcel) -> None:
        """Create, then switch to writing: without the switch streaming is refused."""
        if card.stage == NONE:
            await self._save(card, CREATING)
            params = strings({"content": "", "flowStatus": PENDING})
            try:
                await self._spaces.create(self._template, card.id, parcel.address, params)
            except Trouble as trouble:
                if trouble.fate is Fate.LATER:  # surely not there: the next draft begins anew
                    await self._save(card, NONE)
                raise
            await self._save(card, SHOWN)
        if card.stage in (CREATING, SHOWN):  # creating: nobody knows whether it exists; the switch will tell
            await self._spaces.change(card.id, strings({"flowStatus": WRITING}))
            await self._save(card, STREAMING)

    async def _lost_draft(self, card: _Card, trouble: Trouble) -> Sent:
        LOG.info("dingtalk: a draft was not shown: %s", trouble.note)
        if trouble.fate is Fate.NEVER and trouble.kind != QUOTA:
            await self._save(card, FAILED if card.stage in (NONE, CREATING) else card.stage)
        if trouble.kind == PACE:
            return Sent(fate=Fate.LATER, after_s=trouble.after_s, note=trouble.note)
        return Sent(fate=Fate.NEVER, note=trouble.note)

    async def _end(self, card: _Card, parcel: Parcel) -> Trouble | None:
        """Finalise and set the card finished; both may be repeated, so that no answer means once more."""
        text = dialect(fitted(parcel.text))
        try:
            if (wait := self._wait(card.id)) > 0:
                await self._sleep(wait)
            if card.stage in (CREATING, SHOWN):
                await self._spaces.change(card.id, strings({"flowStatus": WRITING}))
                await self._save(card, STREAMING)
            if card.stage == STREAMING:
                await self._spaces.stream(card.id, stable_id(parcel.id, text), text, final=True)
                await self._save(card, ENDED)
            await self._spaces.change(card.id, strings({"flowStatus": FINISHED, "content": text}))
            await self._save(card, DONE)
        except Trouble as trouble:
            return trouble
        return None

    async def _instead(self, card: _Card, parcel: Parcel, trouble: Trouble) -> Sent:
        """The card does not take the end: again in a moment, and as a text when it is refused or has failed too often."""
        card.tries += 1
        if trouble.fate is not Fate.NEVER and card.tries < TRIES:
            await self._save(card, card.stage)
            return Sent(fate=Fate.LATER, after_s=max(trouble.after_s, 1.0), note=trouble.note)
        LOG.warning("dingtalk: the answer goes out as text, its card failed: %s", trouble.note)
        sent = await self._speaker.say(parcel.address, parcel.text)
        await self._save(card, FAILED)
        if trouble.kind != QUOTA:
            await self._give_up(card)
        return sent

    async def _give_up(self, card: _Card) -> None:
        """A card that nobody will write to any more should not look busy; whether that succeeds changes nothing."""
        try:
            await self._spaces.change(card.id, strings({"flowStatus": BROKEN}))
        except Trouble as trouble:
            LOG.info("dingtalk: the failed card still looks busy: %s", trouble.note)

    async def _spinning(self, card: _Card, trouble: Trouble) -> Sent:
        """The text is all there, only the card still looks busy."""
        card.tries += 1
        if trouble.fate is not Fate.NEVER and card.tries < TRIES:
            await self._save(card, ENDED)
            return Sent(fate=Fate.LATER, after_s=max(trouble.after_s, 1.0), note=trouble.note)
        await self._save(card, DONE)
        return Sent(fate=Fate.SENT, refs={"out_track_id": card.id}, note=trouble.note)

    def _wait(self, card_id: str) -> float:
        shown = self._shown_at.get(card_id)
        return 0.0 if shown is None else shown + GAP_S - self._now()

    def _lock(self, turn: str) -> asyncio.Lock:
        return self._locks.setdefault(turn, asyncio.Lock())

    async def _load(self, turn: str) -> _Card:
        card_id = stable_id("answer", turn)
        try:
            note = await asyncio.to_thread(self._pad.get, f"answer:{card_id}") or {}
        except Exception as error:
            LOG.exception("dingtalk: what is known of an answer's card could not be read")
            raise Trouble(Fate.LATER, LOST, type(error).__name__, 1.0) from None
        return _Card(turn, card_id, str(note.get("stage", NONE)), int(note.get("tries", 0)))

    async def _save(self, card: _Card, stage: str) -> None:
        card.stage = stage
        note = {"stage": stage, "tries": card.tries}
        try:
            await asyncio.to_thread(self._pad.put, f"answer:{card.id}", note, KEPT_S)
        except (
            Exception
        ):  # every step on a card may be repeated, so that a lost note costs a call and no more
            LOG.exception("dingtalk: what is known of an answer's card could not be kept")
