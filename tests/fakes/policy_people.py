"""Principals, resources and strategies that the policy tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from policies.facts import ActionFacts, ApprovalFacts, Principal, Resource

LINA = Principal(
    id="p-lina", roles=frozenset({"rep"}), team_id="t-east-1", region="华东", teams=frozenset({"t-east-1"})
)
ZHAOLEI = Principal(
    id="p-zhaolei",
    roles=frozenset({"manager"}),
    team_id="t-east-1",
    region="华东",
    teams=frozenset({"t-east-1"}),
)
OWN = Resource(
    kind="deal", id="D-001", owner_id="p-lina", team_id="t-east-1", region="华东", stage="negotiation"
)
FOREIGN = Resource(
    kind="deal", id="D-060", owner_id="p-wuting", team_id="t-south-1", region="华南", stage="proposal"
)
ROLES = ("requester", "manager", "director", "legal", "finance", "admin")
CLASSES = (
    "self",
    "colleague",
    "contact_on_deal",
    "contact_of_account",
    "known_domain",
    "new_domain",
    "free_mail",
    "blocked",
)
CONTENT = (
    "greeting",
    "logistics",
    "info",
    "price",
    "discount",
    "commitment",
    "legal",
    "complaint",
    "personal_data",
)
TERMS = ("send_email", "message_customer", "give_discount", "send_quote", "send_contract")
ACTS = (
    *TERMS,
    "create_draft",
    "create_task",
    "update_deal",
    "prepare_contract",
    "book_meeting",
    "export_data",
)


def approvals() -> st.SearchStrategy[ApprovalFacts]:
    """Approvals as the gate counts them: each person speaks once, in one role, so there are at least as many people as
    roles."""
    return st.frozensets(st.sampled_from(ROLES)).map(
        lambda roles: ApprovalFacts(roles=roles, count=len(roles))
    )


def facts() -> st.SearchStrategy[ActionFacts]:
    """Any facts that can be true, mild ones more often than not."""
    return st.builds(
        ActionFacts,
        amount_fen=st.sampled_from((0, 1, 5_000_000, 5_000_001, 10_000_001, 50_000_000, 50_000_001)),
        discount_bp=st.sampled_from((0, 300, 500, 501, 1500, 1501, 2500, 2501, 9000)),
        margin_below_floor=_rarely(),
        price_matches_offer=st.booleans(),
        recipient_class=st.sampled_from(CLASSES),
        recipient_count=st.integers(1, 7),
        external_domains=st.integers(0, 2),
        confusable_domain=_rarely(),
        content_classes=st.frozensets(st.sampled_from(CONTENT), max_size=3),
        tainted_args=st.frozensets(st.sampled_from(("to", "body", "url", "discount_bp")), max_size=2),
        leaks_floor=_rarely(),
        leaks_other_customer=_rarely(),
        template_distance_bp=st.sampled_from((0, 1, 3000, 3001)),
        mails_to_contact_7d=st.integers(0, 5),
        mails_by_rep_today=st.sampled_from((0, 50, 51)),
        unanswered=st.sampled_from((0, 0, 0, 2, 3)),
        local_hour=st.integers(0, 23),
        workday=st.booleans(),
        pilot=st.sampled_from((True, True, True, False)),
        autonomy_level=st.sampled_from((5, 5, 5, 4, 3)),
        system_state=st.sampled_from(("normal", "normal", "normal", "degraded", "stopped")),
        changed_fields=st.frozensets(st.sampled_from(("note", "stage_back", "owner")), max_size=2),
        approvals=approvals(),
    )


def _rarely() -> st.SearchStrategy[bool]:
    return st.sampled_from((False, False, False, False, False, True))
