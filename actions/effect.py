"""What an effect is: a verb that states its canonical payload, its facts, its preview, and how it is performed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from knowledge.model import Account, Deal, Person
from policies.facts import ActionFacts

from .card import RecipientLine
from .gateways.mail import Delivery, MailGateway


class BadArguments(ValueError):
    """The arguments cannot be carried out as given; the sentence is for the person who asked."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What an effect may look at while it states its facts: rows, never a model's words.

    `own_domain` is the mail domain of our company; `utc_offset_hours` that of the working
    calendar, which counts only when `working_calendar` is on.
    `action_id` is the action judged anew, "" at its first judgement; quotas must not count it twice.
    """

    session: Session
    requester: Person
    deal: Deal
    account: Account
    now: datetime
    own_domain: str
    utc_offset_hours: int
    working_calendar: bool
    labels: Mapping[str, frozenset[str]]
    action_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How a payload looks to an approver; made from the canonical payload alone."""

    headline: str
    recipients: tuple[RecipientLine, ...]
    subject: str
    body: str
    amount_line: str = ""
    difference: str = ""
    highlights: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hands:
    """The gateways an effect may use while it is performed, and nothing else."""

    mail: MailGateway


@dataclass(frozen=True, kw_only=True)
class Order:
    """An approved action on its way out: its id, its stable message id, and the payload whose hash was approved."""

    action_id: str
    message_id: str
    payload: Mapping[str, Any]
    sender: Person
    now: datetime
    extra: Mapping[str, str] = field(default_factory=dict)


class Effect(Protocol):
    """One verb of the catalogue."""

    @property
    def name(self) -> str: ...

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        """The typed, normalised payload. Raises BadArguments with a sentence."""
        ...

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        """Facts from records and the payload; approvals and system state are added by the gate."""
        ...

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:
        """What the approver sees, from the payload and the recorded facts."""
        ...

    def perform(self, order: Order, hands: Hands) -> Delivery:
        """Do it, once. Must say `unknown` when it cannot tell whether it happened."""
        ...
