"""Invite people to a meeting, move it, or call it off: one letter with a calendar part, and a row when it has gone out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from actions import diary, meeting_text
from actions.arguments import given, line, moment
from actions.effect import BadArguments, Hands, Order, Preview, Scene
from actions.gateways.calendar import CANCEL, REQUEST, Guest, MeetingNote, invitation
from actions.gateways.mail import Delivery
from actions.mailing import as_interaction, letter, mail_facts, mail_preview, recipient
from actions.meeting_rows import Arguments, earlier, hold, written
from policies.facts import ActionFacts


class BookMeeting:
    """The verb `book_meeting`. It goes out by mail; the ten minutes to take it back lie before that. Changing or
    calling off a meeting that everybody has in their calendar is a new action with the next SEQUENCE."""

    name = "book_meeting"
    about = "deal"
    gateway = "mail"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        wish = given(Arguments, args, ("会议", "meeting"))
        before = earlier(wish.meeting_id, scene) if wish.meeting_id else None
        if wish.cancel and before is None:
            raise BadArguments("没有要取消的会议 / there is no meeting to cancel")
        starts_at = moment(wish.starts_at, scene, hour=diary.OPENS)
        ends_at = starts_at + timedelta(minutes=wish.minutes)
        guests = [recipient(one, scene) for one in wish.to]
        guests = [one for one in guests if one["address"].lower() != scene.requester.email.lower()]
        if not guests:
            raise BadArguments("会议除您之外还需要至少一位参会人 / a meeting needs somebody besides you")
        title = line(wish.title) or meeting_text.title(guests, wish.language)
        payload = {
            "deal_id": scene.deal.id,
            "meeting_id": before.id if before else "",
            "method": CANCEL if wish.cancel else REQUEST,
            "uid": before.uid if before else "",
            "sequence": before.sequence + 1 if before else 0,
            "title": title,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "minutes": wish.minutes,
            "cancel": wish.cancel,
            "place": line(wish.place),
            "note": wish.note.strip(),
            "to": list({one["address"].lower(): one for one in guests}.values()),
        }
        if not wish.cancel:
            hold(payload, scene)
        mail = meeting_text.as_mail(
            payload, scene.requester.name, wish.language, moved=before is not None, utc_offset_hours=scene.utc_offset_hours
        )  # fmt: skip
        return payload | mail

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        starts_at, ends_at = _span(payload)
        changed = {"cancel" if payload["method"] == CANCEL else "move" if payload["meeting_id"] else "book"}
        if payload["method"] == REQUEST and diary.off_hours(starts_at, ends_at, scene.utc_offset_hours):
            changed.add("off_hours")
        return replace(mail_facts(payload, scene), changed_fields=frozenset(changed))

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        shown = mail_preview(payload, facts, ("会议邀请", "an invitation"))
        zh, en = meeting_text.headline(payload)
        return replace(shown, headline=zh, headline_en=en, lines=meeting_text.lines(payload))

    def perform(self, order: Order, hands: Hands) -> Delivery:
        mail = replace(letter(order, hands), calendar=invitation(_note(order)))
        return hands.mail.send(mail)

    def afterwards(self, order: Order, session: Session, delivery: Delivery) -> None:  # noqa: ARG002
        written(order, session, uid=_uid(order))
        if any(one.get("contact_id") for one in order.payload["to"]):
            session.add(as_interaction(order))  # what only colleagues got is not the customer's history


def _note(order: Order) -> MeetingNote:
    payload = order.payload
    starts_at, ends_at = _span(payload)
    return MeetingNote(
        uid=_uid(order),
        sequence=int(payload["sequence"]),
        method=payload["method"],
        title=payload["title"],
        starts_at=starts_at,
        ends_at=ends_at,
        place=payload["place"],
        text=payload["note"],
        organizer=Guest(name=order.sender.name, address=order.sender.email),
        attendees=tuple(Guest(name=one["name"], address=one["address"]) for one in payload["to"]),
        stamp=order.now,
    )


def _span(payload: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(payload["starts_at"]), datetime.fromisoformat(payload["ends_at"])


def _uid(order: Order) -> str:
    """The meeting's own identifier for all its life: made from the first invitation's message id."""
    return str(order.payload["uid"]) or order.message_id.strip("<>")
