"""The desk: the one door through which a skill reads and acts, bound to the person who asks.

Every read is asked of the policy and answers None (or leaves the row out) for what is unknown and what is forbidden
alike. `submit` proposes; the gate disposes. Approving is not here: an agent cannot approve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from knowledge.model import (
    Account,
    CallNote,
    Contact,
    Deal,
    HumanMark,
    Interaction,
    Judgement,
    Meeting,
    Person,
    Product,
    Recording,
    Suggestion,
    Task,
    TranscriptVersion,
)
from knowledge.names import NameIndex
from knowledge.passages import Filters as Filters
from knowledge.passages import Passage as Passage
from knowledge.snapshot import DealFacts

from .action import ActionRequest, Outcome
from .advice_view import Advising
from .call_rules import CallRules
from .card import ActionCard, Explanation
from .forecast_view import Forecasts
from .journey_view import Journeys
from .levels import Power
from .paper_view import Papers
from .score_view import Scores


class Reads(Protocol):
    """Rows by id, inside the asker's rights."""

    def deal(self, deal_id: str) -> DealFacts | None: ...
    def deals(self) -> Sequence[Deal]: ...
    def account(self, account_id: str) -> Account | None: ...
    def contact(self, contact_id: str) -> Contact | None: ...
    def interaction(self, interaction_id: str) -> Interaction | None: ...


class Finds(Protocol):
    """Names, passages and published knowledge, inside the asker's rights."""

    def names(self) -> NameIndex: ...
    def recall(self, query: str, *, filters: Filters | None = None, k: int = 8) -> Sequence[Passage]: ...
    def blueprint(self, kind: str, name: str) -> dict[str, Any] | None: ...
    def product(self, product_id: str) -> Product | None: ...
    def colleague(self, person_id: str) -> Person | None: ...


class Configures(Protocol):
    """Everything of a kind that is in force, by name."""

    def blueprints(self, kind: str) -> Mapping[str, dict[str, Any]]: ...


class Proposes(Protocol):
    """Drafts and wishes; nothing here performs."""

    def save_draft(self, kind: str, deal_id: str, payload: dict[str, Any]) -> Suggestion: ...
    def draft(self, suggestion_id: str) -> Suggestion | None: ...
    def submit(self, request: ActionRequest) -> Outcome: ...


class Watches(Protocol):
    """Actions: what waits for the asker, what one of theirs is, why it was decided so, and what may be done alone."""

    def waiting(self) -> Sequence[ActionCard]: ...
    def card(self, action_id: str) -> ActionCard | None: ...
    def explain(self, action_id: str) -> Explanation | None: ...
    def powers(self) -> Sequence[Power]: ...


class Plans(Protocol):
    """What the asker has before them."""

    def tasks(self) -> Sequence[Task]: ...
    def meetings(self) -> Sequence[Meeting]: ...


class Hears(Protocol):
    """Recordings behind calls, and how calls are measured."""

    def recording(self, interaction_id: str) -> Recording | None: ...
    def call_rules(self, interaction_id: str) -> CallRules | None: ...


class Draws(Protocol):
    """Pictures an answer shows."""

    def keep_picture(self, data: bytes, suffix: str) -> str: ...


class Calls(Protocol):
    """Calls the asker may read, and what was made of them: stored once, by transcript, version and model."""

    def calls(
        self,
        person_id: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        deal_id: str = "",
    ) -> Sequence[Interaction]: ...
    def judgement(
        self, interaction_id: str, kind: str, transcript_hash: str, version: str, model: str
    ) -> Judgement | None: ...
    def keep_judgement(
        self,
        interaction_id: str,
        kind: str,
        transcript_hash: str,
        version: str,
        model: str,
        content: dict[str, Any],
    ) -> Judgement: ...
    def opened(self, judgement_id: str) -> Judgement | None: ...
    def marks(self, interaction_id: str, card: str) -> Sequence[HumanMark]: ...
    def made(self, interaction_id: str, kind: str) -> Sequence[Judgement]: ...
    def versions(self, interaction_id: str) -> Sequence[TranscriptVersion]: ...
    def invited(self, interaction_id: str) -> frozenset[str]: ...


class Keeps(Protocol):
    """What a colleague keeps for themselves, and has agreed to about themselves."""

    def notes(self, interaction_id: str) -> Sequence[CallNote]: ...
    def consented(self, purpose: str) -> bool: ...


class Suggests(Protocol):
    """What a call suggests to its asker, and what became of it."""

    def propose(
        self, interaction_id: str, transcript_hash: str, items: Sequence[Mapping[str, Any]]
    ) -> Sequence[Suggestion]: ...
    def proposals(self, interaction_id: str) -> Sequence[Suggestion]: ...
    def unwanted(self, suggestion_id: str) -> bool: ...
    def completed(self, suggestion_id: str, payload: Mapping[str, Any]) -> bool: ...


class Desk(
    Reads, Finds, Configures, Proposes, Watches, Plans, Hears, Draws, Calls, Keeps, Suggests, Protocol
):
    """What skills see. The real one is actions.counter.PersonDesk; tests have tests/fakes/desk.py."""

    @property
    def person(self) -> Person: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def scores(self) -> Scores: ...
    @property
    def forecasts(self) -> Forecasts: ...
    @property
    def advice(self) -> Advising: ...
    @property
    def journeys(self) -> Journeys: ...
    @property
    def conversation_id(self) -> str: ...
    @property
    def now(self) -> datetime: ...
