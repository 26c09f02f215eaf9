"""Everything an outward effect says, in its words and in its attachments, as facts for the judge and marks for the card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from knowledge.model import Paper
from knowledge.reading import Part, Reading, Remark, place_name, read
from knowledge.reading.file_names import agrees_with_type

from .card import CardLine
from .effect import Files, Scene
from .outbound import OutboundContext, OutboundFindings, merged, scan
from .outbound_records import outbound_context, own_papers, sums_of
from .wording_findings import FINDINGS, NOT_TOLD

File = Mapping[str, Any]
MOST_TEXT = 150_000
"""Characters of all attachments of one message together that are checked; under a second of work."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """What was found in words and files together.

    `notes` are `kind@n:place`, n the number of the attachment (0: the words themselves): findings, `unread.<reason>`
    and `danger.<what>`. `unreadable` and `blocked` count attachments that a person must look at, or that may not go.
    """

    findings: OutboundFindings
    notes: frozenset[str]
    unreadable: int
    blocked: int


def outgoing(text: str, attachments: Sequence[File], scene: Scene, addresses: Iterable[str] = ()) -> Outgoing:
    """Read the words (subject and body joined by a line end) and the attachments ({name, sha256, size, content_type},
    their bytes from `scene.files`) of one message to `addresses`. The same input gives the same answer."""
    context = outbound_context(scene, addresses)
    papers = (
        own_papers(scene.session, scene.deal, (str(file["sha256"]) for file in attachments))
        if attachments
        else {}
    )
    found = [scan(text, context)]
    notes = {f"{span.kind}@0:" for span in found[0].spans}
    unreadable, blocked, room = 0, 0, MOST_TEXT
    for number, file in enumerate(attachments, 1):
        paper = papers.get(str(file["sha256"]))
        reading = _kept(_within(_read(file, scene), room), paper)
        room -= sum(len(one.text) for one in reading.parts)
        part = _of_file(reading, number, context, paper)
        found.append(part)
        notes |= {f"{span.kind}@{span.where}" for span in part.spans}
        notes |= {f"unread.{remark.what}@{number}:{remark.place}" for remark in reading.unread}
        notes |= {f"danger.{remark.what}@{number}:{remark.place}" for remark in reading.dangers}
        unreadable += bool(reading.unread)
        blocked += bool(reading.dangers)
    kept = frozenset(note for note in notes if note.partition("@")[0] not in NOT_TOLD)
    return Outgoing(findings=merged(found), notes=kept, unreadable=unreadable, blocked=blocked)


def warm(files: Files, attachments: object) -> None:
    """Read attachments before anybody waits for the answer: reading costs a child process, and must not happen for the
    first time while the house's lock is held. Whatever is wrong with them is found again when they are judged."""
    for file in attachments if isinstance(attachments, list) else ():
        with suppress(OSError, ValueError, KeyError, TypeError):
            read(str(file["name"]), files.read(str(file["sha256"])))


def finding_lines(notes: Iterable[str], attachments: Sequence[File]) -> tuple[CardLine, ...]:
    """What an approver should look at, one line a kind with every place it was found in; dangers first."""
    places: dict[str, list[tuple[str, str]]] = {}
    for note in sorted(notes):
        kind, _, where = note.partition("@")
        if kind in FINDINGS:
            places.setdefault(kind, []).append(_place(where, attachments))
    ordered = sorted(places, key=lambda kind: list(FINDINGS).index(kind))
    return tuple(_line(kind, list(dict.fromkeys(places[kind]))) for kind in ordered)


def _line(kind: str, places: list[tuple[str, str]]) -> CardLine:
    zh, en = FINDINGS[kind]
    return CardLine(
        zh="请留意",
        en="Look at",
        value=f"{zh}: {'、'.join(one for one, _ in places)}",
        value_en=f"{en}: {', '.join(one for _, one in places)}",
    )


def _place(where: str, attachments: Sequence[File]) -> tuple[str, str]:
    number, _, place = where.partition(":")
    if number == "0" or not 0 < int(number) <= len(attachments):
        return "正文", "the text itself"
    name = str(attachments[int(number) - 1]["name"])
    zh, en = place_name(place, "zh"), place_name(place, "en")
    return f"附件 {name}" + (f"({zh})" if zh else ""), f"attachment {name}" + (f" ({en})" if en else "")


def _read(file: File, scene: Scene) -> Reading:
    """The reading of the bytes that will be sent; a file that is gone or is not as registered is for a person."""
    missing = Reading(unread=(Remark(place="", what="missing"),))
    try:
        data = scene.files.read(str(file["sha256"]))
    except (OSError, ValueError):
        return missing
    if len(data) != int(file["size"]):
        return missing
    reading = read(str(file["name"]), data)
    if not agrees_with_type(reading.kind, str(file["content_type"])):
        return replace(reading, dangers=(*reading.dangers, Remark(place="", what="disguised")))
    return reading


def _within(reading: Reading, room: int) -> Reading:
    """As many of its parts as there is room for; what is left out is for a person."""
    kept: list[Part] = []
    for part in reading.parts:
        room -= len(part.text)
        if room < 0:
            late = Remark(place=part.place, what="too_long")
            return replace(reading, parts=tuple(kept), unread=(*reading.unread, late))
        kept.append(part)
    return reading


def _kept(reading: Reading, paper: Paper | None) -> Reading:
    """A paper of our own house may show its letterhead: its pictures come from an approved template."""
    if paper is None:
        return reading
    return replace(reading, unread=tuple(one for one in reading.unread if one.what != "picture"))


def _of_file(
    reading: Reading, number: int, context: OutboundContext, paper: Paper | None
) -> OutboundFindings:
    """The findings of one file. What our own paper says about money is judged by its record, not read out of it."""
    known = context
    if paper is not None:
        known = replace(context, offer_totals_fen=context.offer_totals_fen | sums_of(paper))
    found = merged([scan(part.text, known, f"{number}:{part.place}") for part in reading.parts])
    if paper is None:
        return found
    return replace(found, amounts_fen=(), discount_bp=0, price_matches_offer=True)
