"""The typed facts the judge sees. They come from records and typed arguments, never from a model's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The colleague on whose behalf something is asked. `roles` as in knowledge.model.Role.

    `teams` are the teams whose rows this person may see: their own, and for managers and directors those they lead.
    """

    id: str
    roles: frozenset[str]
    team_id: str = ""
    region: str = ""
    teams: frozenset[str] = frozenset()
    active: bool = True

    def as_record(self) -> dict[str, Any]:
        """Plain JSON values with sets as sorted lists; `policies.replay.principal_from_record` reads it back."""
        return _plain_record(self)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What is read or acted on. `kind`: deal, account, contact, passage, action, playbook, ... ;
    `team_id` "" on kinds that nobody owns (playbook, product)."""

    kind: str
    id: str
    owner_id: str = ""
    team_id: str = ""
    region: str = ""
    stage: str = ""
    tier: str = ""
    amount_fen: int = 0
    confidential: bool = False

    def as_record(self) -> dict[str, Any]:
        """Plain JSON values; `policies.replay.resource_from_record` reads it back."""
        return _plain_record(self)


@dataclass(frozen=True, kw_only=True)
class ApprovalFacts:
    """Who has said yes so far to exactly this payload: roles among eligible, distinct people. The role `requester`
    is in `roles` when the person on whose behalf it is done confirmed it themselves. `votes` counts the distinct
    people of each role (for a quorum); a role of `roles` that is not in it counts once."""

    roles: frozenset[str] = frozenset()
    count: int = 0
    votes: Mapping[str, int] = field(default_factory=dict)

    def of(self, role: str) -> int:
        """How many people said yes in this role."""
        return self.votes.get(role, 1 if role in self.roles else 0)

    def plus(self, roles: Iterable[str]) -> ApprovalFacts:
        """These and one further person's yes for each of `roles`, which may name a role twice."""
        more = list(roles)
        votes = {role: self.of(role) + more.count(role) for role in self.roles | set(more)}
        return ApprovalFacts(roles=frozenset(votes), count=self.count + len(more), votes=votes)


@dataclass(frozen=True, kw_only=True)
class ActionFacts:
    """Facts about one wished action. Money in fen, ratios in basis points, times in whole hours local.

    `recipient_class` is the worst of all recipients, in this order: self, colleague, contact_on_deal,
    contact_of_account, known_domain, new_domain, free_mail, blocked. `content_classes` ⊆ {greeting, logistics,
    info, price, discount, commitment, legal, complaint, personal_data}. `tainted_args` names arguments carrying an
    untrusted label (authority.md E4). `discount_bp` is the largest of the typed argument and what the text says.
    `mails_to_contact_7d` and `mails_by_rep_today` count the mail that is asked for as well.
    `attachments_unreadable` counts attachments whose text could not be read whole, `attachments_blocked` those that are
    programs, carry macros or scripts, or are not what they say. `findings` are `kind@place` of what the outbound check
    saw; the rules see the kinds alone. Further content classes: terms (perhaps a commitment), third_party (perhaps
    another customer), disguised (words that hide or imitate).
    `changed_fields` names what an update of a record touches, e.g. note, stage, stage_back, close, owner, amount.
    """

    amount_fen: int = 0
    discount_bp: int = 0
    margin_below_floor: bool = False
    price_matches_offer: bool = True
    recipient_class: str = "contact_on_deal"
    recipient_count: int = 1
    external_domains: int = 1
    confusable_domain: bool = False
    content_classes: frozenset[str] = frozenset()
    tainted_args: frozenset[str] = frozenset()
    leaks_floor: bool = False
    leaks_other_customer: bool = False
    attachments_unreadable: int = 0
    attachments_blocked: int = 0
    findings: frozenset[str] = frozenset()
    template_distance_bp: int = 0
    mails_to_contact_7d: int = 0
    mails_by_rep_today: int = 0
    unanswered: int = 0
    local_hour: int = 12
    workday: bool = True
    reversible: bool = False
    pilot: bool = True
    autonomy_level: int = 5
    system_state: str = "normal"
    changed_fields: frozenset[str] = frozenset()
    approvals: ApprovalFacts = field(default_factory=ApprovalFacts)

    def as_record(self) -> dict[str, Any]:
        """Plain JSON values with sets as sorted lists: the fact snapshot that is recorded and hashed."""
        return _plain_record(self)


def _plain_record(value: Principal | Resource | ActionFacts) -> dict[str, Any]:
    return {key: _plain(inner) for key, inner in asdict(value).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value
