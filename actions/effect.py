"""What an effect is: a verb that states its canonical payload, its facts, its preview, and how it is performed.

Two manners. A *local* effect changes our own rows: it is applied in the very transaction that writes its end, so it
happens exactly once, at once, and can be taken back for a while. An *outward* effect leaves the house: its undo window
lies before it, and a fence around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sqlmodel import Session

from knowledge.model import Account, Deal, Person
from policies.facts import ActionFacts, Resource

from .card import CardLine, RecipientLine
from .gateways.mail import Delivery, MailGateway
from .gateways.messages import MessageGateway

UPDATE_UNDO = "undo"
"""Key of a local effect's result under which it keeps what taking it back needs."""


class BadArguments(ValueError):
    """The arguments cannot be carried out as given; the sentence is for the person who asked."""


class Files(Protocol):
    """Files by content: what is kept is found under its SHA-256 and nothing else."""

    def keep(self, data: bytes, suffix: str) -> str:
        """Store bytes (`suffix` like `.pdf`) and return their SHA-256 in hex."""
        ...

    def read(self, sha256: str) -> bytes:
        """The bytes with this hash. Raises FileNotFoundError, or ValueError when the file was changed."""
        ...


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an action is about: the judge's view of it, the team that owns it, and the rows behind it.

    `deal` and `account` are there when `resource.kind` is `deal`.
    """

    resource: Resource
    name: str
    deal: Deal | None = None
    account: Account | None = None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What an effect may look at while it states its facts: rows, never a model's words.

    `own_domain` is the mail domain of our company; `utc_offset_hours` that of the working
    calendar, which counts only when `working_calendar` is on.
    `templates` is the folder with the house's own Word templates.
    `action_id` is the action judged anew, "" at its first judgement; quotas must not count it twice.
    """

    session: Session
    requester: Person
    subject: Subject
    now: datetime
    own_domain: str
    utc_offset_hours: int
    working_calendar: bool
    labels: Mapping[str, frozenset[str]]
    files: Files
    templates: Path | None = None
    action_id: str = ""

    @property
    def deal(self) -> Deal:
        """The deal it is about. Raises BadArguments where there is none."""
        if self.subject.deal is None:
            raise BadArguments("这个动作需要一个商机 / this action needs a deal")
        return self.subject.deal

    @property
    def account(self) -> Account:
        """The customer of the deal. Raises BadArguments where there is none."""
        if self.subject.account is None:
            raise BadArguments("这个动作需要一个商机 / this action needs a deal")
        return self.subject.account


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How a payload looks to an approver; made from the canonical payload alone.

    `lines` are further facts of the payload (terms, attachments with their hash, old and new values), in order;
    `headline_en` the headline in English, "" where the Chinese one serves both. `evidence` names the records behind it.
    """

    headline: str
    headline_en: str = ""
    recipients: tuple[RecipientLine, ...] = ()
    subject: str = ""
    body: str = ""
    amount_line: str = ""
    amount_fen: int = 0
    difference: str = ""
    highlights: tuple[tuple[int, int, str], ...] = ()
    lines: tuple[CardLine, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hands:
    """The gateways an effect may use while it is performed, and nothing else. `folder` is the house's data folder, in which
    an erasure looks for files."""

    mail: MailGateway
    files: Files
    messages: MessageGateway | None = None
    folder: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """An approved action on its way: its id, its stable message id, and the payload whose hash was approved."""

    action_id: str
    message_id: str
    payload: Mapping[str, Any]
    sender: Person
    now: datetime
    subject: Subject
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    drafted_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a local effect did: a sentence, and what taking it back needs (plain JSON)."""

    detail: str
    reference: str = ""
    undo: Mapping[str, Any] = field(default_factory=dict)


class Effect(Protocol):
    """One verb of the catalogue. `about` is the kind of resource it acts on: deal, report or rule."""

    @property
    def name(self) -> str: ...

    @property
    def about(self) -> str: ...

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        """The typed, normalised payload. Raises BadArguments with a sentence."""
        ...

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        """Facts from records and the payload; approvals and system state are added by the gate."""
        ...

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        """What the approver sees, from the payload and the recorded facts."""
        ...


@runtime_checkable
class Proving(Protocol):
    """An effect some of whose arguments may be cleared of a label by a keyed look-up of the words they were read in."""

    def proven(self, payload: Mapping[str, Any], scene: Scene) -> frozenset[str]:
        """The arguments whose value stands, word for word, in the evidence they point to."""
        ...


@runtime_checkable
class LocalEffect(Effect, Protocol):
    """A change of our own rows, applied and taken back inside one transaction."""

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:
        """Make the change. Raises BadArguments when the rows no longer allow it; then nothing is changed."""
        ...

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        """Take it back; `change` is what `apply` kept. Raises BadArguments when somebody has changed it since."""
        ...


@runtime_checkable
class OutwardEffect(Effect, Protocol):
    """Something that leaves the house through a gateway."""

    @property
    def gateway(self) -> str:
        """The gateway it needs (`mail`, `messages`), for the circuit breaker."""
        ...

    def perform(self, order: Order, hands: Hands) -> Delivery:
        """Do it, once. Must say `unknown` when it cannot tell whether it happened."""
        ...

    def afterwards(self, order: Order, session: Session, delivery: Delivery) -> None:
        """The rows that follow from a done deed, in the transaction that writes its end."""
        ...
