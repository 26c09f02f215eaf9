"""Who the two channels of a recording are, and whose voice a voice message is: said by a person, never guessed from words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from knowledge.library import call_versions, recordings
from knowledge.model import Interaction, Person, Recording
from speech.listening import CHANNELS, NOBODY

from .call_versions import segments_of
from .call_words import Told, told
from .counter import PersonDesk

CUSTOMER = "客户"


def unknown_channels(row: Interaction, recording: Recording | None) -> bool:
    """Whether two people were told apart and nobody has said who they are."""
    if recording is None or recording.rep_channel or recording.speaker_confidence != 1.0:
        return False
    spoken = {str(one.get("speaker") or "") for one in row.segments}
    return bool(spoken) and spoken <= set(CHANNELS)


def samples(row: Interaction, longest: int = 40) -> tuple[str, str]:
    """The first words on each channel, so that a person knows which one is theirs."""
    found: dict[str, str] = {}
    for one in row.segments:
        text = str(one.get("text") or "").strip()
        if text:
            found.setdefault(str(one.get("speaker")), text[:longest])
    return found.get(CHANNELS[0], ""), found.get(CHANNELS[1], "")


def name_channels(desk: PersonDesk, call_id: str, rep_channel: int, customer: str = "") -> Told:
    """The asker says which channel (1, 2) is ours; the other is the customer's. `customer` is
    who speaks there, where that is known. It belongs to the writing down and is no correction, unless the words were corrected before."""
    with desk.gate.store.session() as session:
        row = session.get(Interaction, call_id)
        recording = session.get(Recording, call_id)
        if row is None or recording is None or not desk.sees_call(session, row):
            return told("unknown", name=call_id)
        if not unknown_channels(row, recording) or call_versions.versions(session, call_id):
            return told("has_words", name=call_id)
        recording.rep_channel = rep_channel
        names = _names(session, row, rep_channel, customer)
        _relabelled(row, names)
        session.add(row)
        session.add(recording)
    desk.searchable(call_id)
    (one, _), (two, _) = (names[label] for label in CHANNELS)
    return told("sides", name=call_id, one=one, two=two)


def own_voice(session: Session, row: Interaction, person: Person) -> None:
    """A voice message is its sender's own words; whoever else speaks in it is not told apart."""
    if row.segments and {str(one.get("speaker") or "") for one in row.segments} <= {NOBODY, ""}:
        _relabelled(row, {NOBODY: (person.name, "rep"), "": (person.name, "rep")})
        session.add(row)


def _names(session: Session, row: Interaction, rep_channel: int, who: str) -> dict[str, tuple[str, str]]:
    person = session.get(Person, row.person_id) if row.person_id else None
    people = recordings.contact_names(session, row.account_id)
    rep = (person.name if person else "销售", "rep")
    customer = (who or (people[0] if len(people) == 1 else CUSTOMER), "customer")
    return dict(zip(CHANNELS, (rep, customer) if rep_channel == 1 else (customer, rep), strict=True))


def _relabelled(row: Interaction, names: Mapping[str, tuple[str, str]]) -> None:
    made: Sequence[dict[str, Any]] = [
        one | dict(zip(("speaker", "side"), names[str(one.get("speaker") or "")], strict=True))
        if str(one.get("speaker") or "") in names
        else one
        for one in segments_of(row)
    ]
    row.segments = list(made)
    row.text = "\n".join(f"{one['speaker']}: {one['text']}" for one in made)
