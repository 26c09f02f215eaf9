"""The card: what an approver sees, in the order of authority.md E7, made from the canonical payload alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class RecipientLine:
    """One recipient as it will be used, with its class badge."""

    address: str
    name: str
    badge: str


@dataclass(frozen=True, kw_only=True)
class CardLine:
    """One further line of a card: its label in Chinese and English, and the value as it will be used; `value_en` where
    the value is a sentence of ours and not the payload's."""

    zh: str
    en: str
    value: str
    value_en: str = ""


@dataclass(frozen=True, kw_only=True)
class ActionCard:
    """Everything an approver must know. `highlights` are (start, end, label) spans of untrusted text in `body`;
    `difference` is the text diff against the template; `needs` the seats still missing; `chain` each seat with who
    filled it or whose turn it is; `code` the short text code. `risk` is low, medium or high; at high risk `confirm` is
    what the approver types after the code, so that nobody says yes to a card they have not opened."""

    id: str
    code: str
    action: str
    state: str
    headline: str
    asked_by: str
    on_behalf_of: str
    drafted_by: str
    deal_id: str
    deal_name: str
    recipients: tuple[RecipientLine, ...]
    subject: str
    body: str
    amount_line: str
    difference: str
    highlights: tuple[tuple[int, int, str], ...]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    evidence: tuple[str, ...]
    needs: tuple[str, ...]
    approvals: tuple[str, ...]
    payload_hash: str
    created_at: datetime
    expires_at: datetime | None
    lines: tuple[CardLine, ...] = ()
    chain: tuple[str, ...] = ()
    authority: str = ""
    risk: str = "medium"
    confirm: str = ""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why an action was decided so: rules with reasons, the facts they saw, who could approve, what would allow it."""

    action_id: str
    action: str
    state: str
    verdict: str
    rules: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    approvers: tuple[str, ...]
    eligible: tuple[str, ...]
    unlock: str
    policy_version: str
    history: tuple[str, ...]
