"""From a wish to a decision: principal, resource and facts from records, then the judge's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from knowledge.model import Account, Deal, Person, Team
from policies.decision import Decision
from policies.engine import Judge
from policies.facts import ActionFacts, ApprovalFacts, Principal, Resource

from .effect import Effect, Scene
from .people import deal_resource, principal_of


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the gate is set up with. Times in seconds; `autonomy` maps an action to its ladder level (0-6).

    With `working_calendar` off, every hour counts as a working hour.
    """

    own_domain: str = "localhost"
    utc_offset_hours: int = 8
    working_calendar: bool = False
    approval_ttl_s: int = 24 * 3600
    uncertain_after_s: int = 300
    autonomy: Mapping[str, int] | None = None

    def level(self, action: str) -> int:
        return (self.autonomy or {}).get(action, 5)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One evaluation: what was judged, on which facts, and the answer."""

    principal: Principal
    resource: Resource
    facts: ActionFacts
    decision: Decision


def scene_of(
    session: Session,
    requester: Person,
    deal: Deal,
    labels: Mapping[str, frozenset[str]],
    now: datetime,
    rules: Rules,
    action_id: str = "",
) -> Scene:
    """The rows an effect may look at."""
    return Scene(
        session=session,
        requester=requester,
        deal=deal,
        account=session.get_one(Account, deal.account_id),
        now=now,
        own_domain=rules.own_domain,
        utc_offset_hours=rules.utc_offset_hours,
        working_calendar=rules.working_calendar,
        labels=labels,
        action_id=action_id,
    )


def evaluate(
    judge: Judge,
    effect: Effect,
    payload: Mapping[str, Any],
    scene: Scene,
    approvals: ApprovalFacts,
    system_state: str,
    rules: Rules,
) -> Evaluation:
    """Steps 2-7 of authority.md E6: principal, facts, labels, system state, all rules, the strictest outcome."""
    principal = principal_of(scene.session, scene.requester)
    team = scene.session.get(Team, scene.deal.team_id)
    resource = deal_resource(scene.deal, team.region if team else "", scene.account.tier)
    facts = replace(
        effect.facts(payload, scene),
        approvals=approvals,
        system_state=system_state,
        autonomy_level=rules.level(effect.name),
    )
    decision = judge.decide(principal, effect.name, resource, facts)
    return Evaluation(principal=principal, resource=resource, facts=facts, decision=decision)
