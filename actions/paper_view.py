"""A paper as a skill sees it: what to ask the gate for, and everything worth saying about it. Cost and floor are not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from knowledge.model import Paper

from .documents.clauses import ClauseChange
from .documents.rows import Missing, Source


@dataclass(frozen=True, kw_only=True)
class ContractAsk:
    """What a person wants of a contract. `changes` in their words; `label` and `date_label` say who said them (rep_input or
    llm_inferred); `based_on` is the paper whose changes are kept."""

    template: str = ""
    changes: tuple[str, ...] = ()
    label: str = "llm_inferred"
    delivery_date: str = ""
    date_label: str = "llm_inferred"
    based_on: str = ""


@dataclass(frozen=True, kw_only=True)
class QuoteAsk:
    """What a person wants of a quote. `discount_bp` None: the price is found in the records."""

    discount_bp: int | None = None
    label: str = "llm_inferred"
    valid_days: int = 30
    language: Literal["zh", "en"] = "zh"


@dataclass(frozen=True, kw_only=True)
class LineNote:
    """One line with its reason. Money in fen; `approvers` are the seats its discount needs and `rule_id` the rule that says
    so; `evidence` the ids of the deals, offer or product behind the price."""

    name: str
    quantity: int
    unit: str
    list_price_fen: int
    unit_price_fen: int
    amount_fen: int
    discount_bp: int
    approvers: tuple[str, ...]
    rule_id: str
    why: tuple[str, str]
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A paper ready to be kept. `action` and `args` are what to submit; `note` is a sentence (zh, en) about the files."""

    action: str
    args: Mapping[str, Any]
    paper_id: str
    kind: str
    title: str
    template: str
    language: str
    buyer: str
    total_fen: int
    total_words: str
    currency: str
    discount_bp: int
    offer_id: str
    valid_until: str
    lines: tuple[LineNote, ...]
    sources: tuple[Source, ...]
    changes: tuple[ClauseChange, ...]
    distance_bp: int
    blanks: tuple[Missing, ...]
    files: tuple[str, ...]
    note: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class Declined:
    """No paper; the sentence says why and what to do."""

    zh: str
    en: str


class Papers(Protocol):
    """Contracts and quotes, inside the asker's rights. Nothing here is kept until the gate has been asked."""

    def contract(self, deal_id: str, ask: ContractAsk) -> Prepared | Declined:
        """A contract from the last offer."""
        ...

    def quote(self, deal_id: str, ask: QuoteAsk) -> Prepared | Declined:
        """A quote from won deals of like customers, or the deal's own last offer."""
        ...

    def paper(self, paper_id: str) -> Paper | None:
        """A kept paper by its id; None when it is unknown, taken back, or not for the asker."""
        ...

    def latest(self, deal_id: str, kind: str = "") -> Paper | None:
        """The newest kept paper of a deal."""
        ...
