"""The look at a mail's header that decides whether its body is fetched at all: whose it is, and whether it is here already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Literal

from sqlmodel import Session

from knowledge.library import feeds as rows
from knowledge.mail_text import addresses, header

from .directory import Directory
from .imap import Head
from .mails import ids_in, row_id
from .references import References

REMEMBERED = 50_000
"""Addresses that are remembered at a time; a few megabytes."""

Verdict = Literal["wanted", "there", "strangers", "ours"]
"""wanted: fetch it. there: its row is here. strangers: nobody we know takes part. ours: this house sent it itself."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A verdict, and the Message-ID it is about."""

    verdict: Verdict
    message_id: str = ""


class Looker:
    """Judges headers. Whom we know is looked up once and kept for one reading."""

    def __init__(self, unknown: bool, sent_by_us: Callable[[Sequence[str]], set[str]]) -> None:
        self._unknown, self._sent_by_us = unknown, sent_by_us
        self._references = References()
        self._directory: Directory | None = None
        self._known: dict[str, bool] = {}

    def look(self, session: Session, heads: Sequence[Head]) -> list[Looked]:
        """One verdict for each header."""
        self._references.bind(session)
        if self._directory is None:
            self._directory = Directory(self._references)
        messages = [_parsed(head.header) for head in heads]
        ids = [_own_id(message) for message in messages]
        there = rows.present(session, [row_id(one) for one in ids if one])
        ours = self._sent_by_us([one for one in ids if one])
        people = [_people(message) for message in messages]
        self._meet(session, {one for some in people for one in some})
        return [
            Looked(verdict=self._verdict(some, one, there, ours), message_id=one)
            for some, one in zip(people, ids, strict=True)
        ]

    def _verdict(self, people: list[str], own: str, there: set[str], ours: set[str]) -> Verdict:
        if own and own in ours:
            return "ours"
        if own and row_id(own) in there:
            return "there"  # whoever takes an old Message-ID does not overwrite what was said under it
        return "wanted" if self._unknown or any(self._known[one] for one in people) else "strangers"

    def _meet(self, session: Session, people: set[str]) -> None:
        """Who of them is a contact, or at the domain of an account; colleagues among themselves are not our business."""
        assert self._directory is not None
        if len(self._known) > REMEMBERED:
            self._known.clear()
        new = sorted(people - self._known.keys())
        contacts = rows.contacts_among(session, new)
        for one in new:
            met = one in contacts or self._directory.account_of_address(one) is not None
            self._known[one] = met and not self._directory.is_ours(one)


def _people(message: EmailMessage) -> list[str]:
    return [one for name in ("From", "To", "Cc", "Reply-To") for one in _addresses(message, name)]


def _parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _own_id(message: EmailMessage) -> str:
    found = ids_in(_header(message, "Message-ID"))
    return found[0] if found else ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return header(message, name)
    except (LookupError, TypeError, RecursionError):
        return ""


def _addresses(message: EmailMessage, name: str) -> list[str]:
    try:
        return addresses(message, name)
    except (LookupError, TypeError, RecursionError, ValueError):
        return []
