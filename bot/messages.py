"""The street's words, already clean: what came in and what goes back."""

from __future__ import annotations

from dataclasses import dataclass, field

from agents.answer import Answer


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message as a channel hands it in. `external_id` makes redelivery harmless."""

    channel: str
    person_id: str
    thread: str
    text: str
    external_id: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One reply. `answer` is None for what a command said; `notices` are things the person had to be told."""

    text: str
    answer: Answer | None = None
    notices: tuple[str, ...] = ()
    switch_to: str = ""
    quit: bool = False
    extra: dict[str, str] = field(default_factory=dict)
