"""Approval cards: as a card with buttons where there is a template, as a text with words to type where there is none."""

from __future__ import annotations

import logging

from bot.street.splitting import split
from bot.street.words import CardView, Fate, Parcel, Sent

from .cards import approval_params, settled_text
from .spaces import Spaces
from .speaking import Speaker
from .texts import LIMIT, measure, stable_id
from .trouble import Trouble

LOG = logging.getLogger(__name__)

AGAIN_S = 2.0


class Approvals:
    """Shows cards and changes them. Raises Trouble."""

    def __init__(self, spaces: Spaces, speaker: Speaker, template: str) -> None:
        self._spaces, self._speaker, self._template = spaces, speaker, template

    async def show(self, parcel: Parcel, card: CardView) -> Sent:
        """One copy. A platform that surely has not shown the card gets the text; one that did not answer gets nothing more."""
        if not self._template:
            return await self._as_text(parcel, card)
        track = _track(card)
        try:
            await self._spaces.create(self._template, track, parcel.address, approval_params(card))
        except Trouble as trouble:
            if trouble.fate is Fate.NEVER:
                LOG.warning("dingtalk: an approval card goes out as text: %s", trouble.note)
                return await self._as_text(parcel, card)
            return Sent(
                fate=trouble.fate, refs={"out_track_id": track}, note=trouble.note, after_s=trouble.after_s
            )
        return Sent(fate=Fate.SENT, refs={"out_track_id": track})

    async def change(self, parcel: Parcel, card: CardView) -> Sent:
        """What became of it. A change may be made twice, so that no answer means once more."""
        if parcel.refs.get("as_text"):
            return await self._told(parcel, card)
        try:
            await self._spaces.change(parcel.refs.get("out_track_id") or _track(card), approval_params(card))
        except Trouble as trouble:
            if trouble.fate is Fate.NEVER:
                LOG.warning("dingtalk: a card could not be changed, it is told as text: %s", trouble.note)
                return await self._told(parcel, card)
            raise Trouble(Fate.LATER, trouble.kind, trouble.note, trouble.after_s or AGAIN_S) from None
        return Sent(fate=Fate.SENT)

    async def _as_text(self, parcel: Parcel, card: CardView) -> Sent:
        text = card.text + (f"\n\n{card.footer}" if card.footer and card.footer not in card.text else "")
        refs = {"as_text": "1"}
        for number, part in enumerate(split(text, LIMIT, measure, marked=False)):
            try:
                await self._speaker.say(parcel.address, part, plain=True)
            except Trouble as trouble:
                if not number:
                    raise
                return Sent(
                    fate=Fate.UNKNOWN, refs=refs, note=f"{number} 段已发 / parts sent; {trouble.note}"
                )
        return Sent(fate=Fate.SENT, refs=refs)

    async def _told(self, parcel: Parcel, card: CardView) -> Sent:
        if not card.status:
            return await self._as_text(parcel, card)
        return await self._speaker.say(parcel.address, settled_text(card), plain=True)


def _track(card: CardView) -> str:
    """The card's name at DingTalk: the same for the same copy."""
    return stable_id("approval", card.id)
