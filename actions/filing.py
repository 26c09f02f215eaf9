"""A file becomes an interaction: its row as every feed would make it, and which deals it may be about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlmodel import Session

from knowledge.attachments import Examined
from knowledge.attachments.words import MAIL, RECORDING, TRANSCRIPT
from knowledge.library.interactions import ATTACHMENT
from knowledge.model import Deal, InboundFile, Interaction, InteractionKind
from knowledge.model.files import TO_TRANSCRIBE
from knowledge.names import LONGEST_TEXT, OPEN_RANK, NameEntry, NameIndex

from .received import DealChoice, SentFile

if TYPE_CHECKING:
    from knowledge.feeds.directory import Directory

MOST_CHOICES = 5
LOOKED_AT = 3 * LONGEST_TEXT
"""Characters from the beginning of a file in which names are looked for."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
SOURCE = "chat"


def interaction_id(sha: str, deal_id: str) -> str:
    """The same bytes on the same deal are one interaction."""
    return "file-" + sha256(f"{sha}\n{deal_id}".encode()).hexdigest()[:16]


def fresh_file(sent: SentFile, found: Examined, sha: str, person_id: str, now: datetime) -> InboundFile:
    """The row of a file that has just come in and waits."""
    key = f"{person_id}\n{sha}\n{now.isoformat()}"
    return InboundFile(
        id="in-" + sha256(key.encode()).hexdigest()[:12],
        person_id=person_id,
        sha256=sha,
        name=found.name,
        form=found.type.form if found.type else "",
        sent_as=sent.sent_as,
        size=found.size,
        seconds=max(0.0, sent.seconds),
        at=now,
    )


def interaction_of(
    session: Session, file: InboundFile, found: Examined, deal: Deal, now: datetime
) -> Interaction:
    """The row of a file on a deal, with account, team, language and sides as the feeds derive them. What came in as a
    file is labelled so, whatever it says of itself; a mail's date counts when it is not in the future."""
    from knowledge.feeds.derive import Interactions  # a desk opens quicker without the feeds
    from knowledge.feeds.directory import Directory
    from knowledge.feeds.references import References
    from knowledge.feeds.rows import Parsed, Rejection

    references = References()
    references.bind(session)
    values = {
        "id": interaction_id(file.sha256, deal.id),
        "kind": _kind(found, file),
        "at": now,
        "deal_id": deal.id,
        "person_id": file.person_id,
        "subject": found.words.facts.get("subject") or found.name,
        "text": found.words.text,
        "segments": [dict(one) for one in found.words.segments],
        "provenance": ATTACHMENT,
        "source": SOURCE,
        "extra": _extra(found, file),
    }
    if values["kind"] == InteractionKind.MAIL:
        values |= _mail(found.words.facts, deal, Directory(references), now)
    parsed = Parsed(row=1, values=values)
    done = Interactions(references, [parsed]).complete(parsed)
    assert not isinstance(done, Rejection), "the account is the deal's own"
    return Interaction(**done.values)


def _kind(found: Examined, file: InboundFile) -> InteractionKind:
    """A recording that was sent as a file is a call; a voice message is a colleague's own word to us, a note."""
    kind = found.type.kind if found.type else ""
    if kind == MAIL:
        return InteractionKind.MAIL
    spoken = kind == TRANSCRIPT or (kind == RECORDING and file.sent_as != "voice")
    return InteractionKind.CALL if spoken else InteractionKind.NOTE


def _extra(found: Examined, file: InboundFile) -> dict[str, str]:
    extra = {
        **found.words.facts,
        "file": found.name,
        "sha256": file.sha256,
        "size": str(found.size),
        "type": found.type.mime if found.type else "",
        "sent_as": file.sent_as,
        "seconds": f"{file.seconds:g}" if file.seconds else "",
        "transcript": transcript_of(found),
        "notes": " ".join(found.notes),
    }
    return {name: value for name, value in extra.items() if value and name != "subject"}


def transcript_of(found: Examined) -> str:
    """TO_TRANSCRIBE for a recording, "" for what has its own words."""
    return TO_TRANSCRIBE if found.type and found.type.kind == RECORDING else ""


def _mail(facts: dict[str, str], deal: Deal, directory: Directory, now: datetime) -> dict[str, object]:
    """Who wrote to whom, as far as the addresses are of this deal's customer or of colleagues; nobody vouches for it."""
    senders, others = _addresses(facts.get("from")), _addresses(facts.get("to")) + _addresses(facts.get("cc"))
    ours = any(directory.colleague(one) for one in senders if "@" in one)
    wanted = others if ours else senders
    met = (directory.contact(one) for one in wanted if "@" in one)
    contact = next((one["id"] for one in met if one and one["account_id"] == deal.account_id), None)
    written = _moment(facts.get("date", ""))
    return {
        "at": written if written and EARLIEST <= written <= now else now,
        "contact_id": contact,
        "direction": "outbound" if ours else "inbound" if contact else "",
    }


def _addresses(text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").split(",") if one.strip()]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def choices(names: NameIndex, found: Examined) -> tuple[DealChoice, ...]:
    """Deals that the file's name, a mail's addresses or its first words speak of, likeliest first. `names` are those the
    sender may speak of; a file only suggests, the sender says."""
    facts = found.words.facts
    said = [found.name, " ".join(facts.get(one, "") for one in ("subject", "from", "to", "cc"))]
    text = found.words.text[:LOOKED_AT]
    said += [text[start : start + LONGEST_TEXT] for start in range(0, len(text), LONGEST_TEXT)]
    weights: dict[str, float] = {}
    for place, words in enumerate(said):
        for deal, score in _meant(names, words):
            weights[deal.id] = max(weights.get(deal.id, 0.0), score - place * 0.01)
    ranked = sorted(weights, key=lambda id: (-weights[id], -names.by_id[id].rank, id))
    return tuple(DealChoice(id=id, name=names.by_id[id].name) for id in ranked[:MOST_CHOICES])


def _meant(names: NameIndex, words: str) -> Iterable[tuple[NameEntry, float]]:
    """A deal by its own name, the open deals of a customer, the deals of a contact; closed deals count for less."""
    for one in names.spot(words):
        entry = names.by_id[one.id]
        if one.kind == "deal":
            deals, worth = [entry], 2.0
        elif one.kind == "account":
            deals, worth = names.children(one.id, "deal"), 1.5
        elif one.kind == "contact":
            above = [names.by_id[id] for id in entry.parents if id in names.by_id]
            deals, worth = [deal for deal in above if deal.kind == "deal"], 1.0
        else:
            continue
        for deal in deals:
            yield deal, worth * one.score - (0 if deal.rank >= OPEN_RANK or one.kind == "deal" else 1)
