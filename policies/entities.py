"""Facts into Cedar's words: principals and resources as entities, action facts as context."""

from __future__ import annotations

from typing import Any

from .facts import ActionFacts, ApprovalFacts, Principal, Resource
from .seats import APPROVER_ROLES

# Resource.kind -> entity type of schema.cedarschema. A kind that is not here has no rights at all.
KINDS = {
    "deal": "Deal",
    "account": "Account",
    "contact": "Contact",
    "lead": "Lead",
    "interaction": "Interaction",
    "offer": "Offer",
    "passage": "Passage",
    "action": "ActionItem",
    "suggestion": "Suggestion",
    "report": "Report",
    "journey": "Journey",
    "playbook": "Playbook",
    "blueprint": "Blueprint",
    "product": "Product",
    "person": "Colleague",
    "team": "Team",
    "rule": "Rule",
}
# The actions of schema.cedarschema; what is not listed here no rule can permit.
ACTIONS = (
    "read",
    "create_draft",
    "prepare_contract",
    "create_task",
    "update_deal",
    "book_meeting",
    "send_email",
    "message_customer",
    "give_discount",
    "send_quote",
    "send_contract",
    "export_data",
    "publish_blueprint",
    "change_rule",
    "erase_data",
    "approve",
)
OBLIGATIONS = ("notify_manager", "sample_review")
"""Actions of the schema that nobody performs: a permit for one of them obliges the gate to do it afterwards."""

REQUESTER = "requester"

Uid = dict[str, str]
Json = dict[str, Any]


def person_uid(person_id: str) -> Uid:
    """The Cedar name of a colleague; the dict form takes any id, quotes and line ends included."""
    return {"type": "Person", "id": person_id}


def resource_uid(resource: Resource, name: str | None = None) -> Uid:
    """The Cedar name of a resource; `name` stands in for its id where a batch needs unique names."""
    return {"type": KINDS[resource.kind], "id": resource.id if name is None else name}


def principal_entity(principal: Principal) -> Json:
    """A colleague as a Cedar entity."""
    attributes: Json = {
        "roles": sorted(principal.roles),
        "team": principal.team_id,
        "region": principal.region,
        "teams": sorted(principal.teams),
        "active": principal.active,
    }
    return {"uid": person_uid(principal.id), "attrs": attributes, "parents": []}


def resource_entity(resource: Resource, name: str | None = None) -> Json:
    """A row as a Cedar entity; without an owner it has no `owner` attribute, so nobody's id can match it."""
    attributes: Json = {
        "team": resource.team_id,
        "region": resource.region,
        "stage": resource.stage,
        "tier": resource.tier,
        "amount_fen": resource.amount_fen,
        "confidential": resource.confidential,
    }
    if resource.owner_id:
        attributes["owner"] = {"__entity": person_uid(resource.owner_id)}
    return {"uid": resource_uid(resource, name), "attrs": attributes, "parents": []}


def context_of(facts: ActionFacts) -> Json:
    """Action facts as a Cedar context without the approvals, which `approvals_context` gives rung by rung."""
    context = facts.as_record()
    del context["approvals"]
    context["findings"] = sorted({str(one).partition("@")[0] for one in facts.findings})
    return context


def approvals_context(given: ApprovalFacts) -> Json:
    """Approvals as the rules see them: `others` is how many distinct people besides the requester said yes."""
    return {
        "roles": sorted(given.roles),
        "others": given.count - (REQUESTER in given.roles),
        "votes": {role: given.of(role) for role in APPROVER_ROLES},
    }
