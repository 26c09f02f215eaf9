"""A recorded past of any length: decisions really made by a judge, written down as the gate writes them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from actions.action import State, canonical, digest, fingerprint
from actions.people import principal_of
from actions.stored import letters
from actions.tables import Action
from knowledge.model import Deal, Person
from policies.decision import Decision, Verdict
from policies.facts import ActionFacts, ApprovalFacts, Resource
from tests.fakes.firm import Firm

VERBS = (
    "send_email",
    "send_quote",
    "send_contract",
    "give_discount",
    "update_deal",
    "create_task",
    "export_data",
)
_STATES = {
    Verdict.ALLOW: State.EXECUTED,
    Verdict.ALLOW_UNDO: State.EXECUTED,
    Verdict.APPROVE: State.EXPIRED,
    Verdict.DRAFT_ONLY: State.DRAFT_ONLY,
    Verdict.DENY: State.DENIED,
}
_ASKERS = ("p-lina", "p-chen", "p-wu", "p-zhao")


def some_facts(dice: random.Random) -> ActionFacts:
    """Facts as a busy firm has them, most of them harmless."""
    return ActionFacts(
        amount_fen=dice.choice((0, 0, 3_000_000, 8_000_000, 60_000_000)),
        discount_bp=dice.choice((0, 0, 0, 0, 300, 800, 1200, 2000, 2600)),
        recipient_class=dice.choice(("contact_on_deal",) * 6 + ("new_domain", "free_mail", "colleague")),
        content_classes=frozenset(dice.sample(("info", "logistics", "price", "commitment"), dice.randrange(0, 3))),
        template_distance_bp=dice.choice((0, 0, 500, 2800, 4000)),
        mails_to_contact_7d=dice.randrange(0, 5),
        mails_by_rep_today=dice.randrange(0, 60),
        unanswered=dice.choice((0, 0, 0, 1, 3)),
        approvals=dice.choice((ApprovalFacts(), ApprovalFacts(), ApprovalFacts(roles=frozenset({"manager"}), count=1))),
    )  # fmt: skip


def record_past(
    firm: Firm,
    count: int,
    days: int = 90,
    seed: int = 1,
    make: Callable[[random.Random], ActionFacts] = some_facts,
    verbs: tuple[str, ...] = VERBS,
) -> None:
    """`count` decisions spread over the last `days` days, by the firm's own judge."""
    dice = random.Random(seed)
    now = firm.clock()
    with firm.store.session() as session:
        people = {one: session.get_one(Person, one) for one in _ASKERS}
        principals = {one: principal_of(session, person) for one, person in people.items()}
        deals = [session.get_one(Deal, one) for one in ("D-1", "D-2", "D-3")]
        for number in range(count):
            asker, deal, verb = dice.choice(_ASKERS), dice.choice(deals), dice.choice(verbs)
            resource = Resource(
                kind="deal", id=deal.id, owner_id=deal.owner_id, team_id=deal.team_id, region="east", stage=deal.stage
            )  # fmt: skip
            facts = replace(make(dice), local_hour=12)
            decision = firm.gate.judge.decide(principals[asker], verb, resource, facts)
            row = _row(f"{seed}-{number}", verb, asker, facts, decision, resource)
            row.created_at = now - timedelta(seconds=dice.randrange(1, days * 86_400))
            row.decision |= {"principal": principals[asker].as_record(), "resource": resource.as_record()}
            session.add(row)


def _row(
    key: str, verb: str, asker: str, facts: ActionFacts, decision: Decision, resource: Resource
) -> Action:
    payload, number = canonical({"body": f"第 {key} 封", "subject": key}), digest(key)
    return Action(
        id=f"act-{number[:16]}",
        code=letters(int(number, 16), 10),
        action=verb,
        state=_STATES[decision.verdict],
        payload=payload,
        salt=key,
        payload_hash=fingerprint(key, payload),
        preview_hash="",
        resource_id=resource.id,
        team_id=resource.team_id,
        requester_id=asker,
        facts=facts.as_record(),
        decision=_written(decision),
        policy_version=decision.policy_version,
        idempotency_key=f"past-{key}",
    )


def _written(decision: Decision) -> dict[str, object]:
    from actions.evaluation import Evaluation
    from actions.stored import decision_record
    from policies.facts import Principal

    stand_in = Evaluation(
        principal=Principal(id="", roles=frozenset()),
        resource=Resource(kind="deal", id=""),
        facts=ActionFacts(),
        decision=decision,
    )
    return decision_record(stand_in)
