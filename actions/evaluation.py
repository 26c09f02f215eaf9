"""From a wish to a decision: principal, resource and facts from records, then the judge's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from knowledge.model import Person
from policies.decision import Decision
from policies.engine import Judge
from policies.facts import ActionFacts, ApprovalFacts, Principal, Resource

from .action import UNTRUSTED_LABELS
from .effect import Effect, Files, LocalEffect, Proving, Scene, Subject
from .levels import DEFAULT, SHADOW, default_level
from .people import principal_of
from .retrying import Retries
from .standing import in_pilot, level_of, scopes_of


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the gate is set up with. Times in seconds; `autonomy` maps an action to the ladder level (0-6) it has where
    no row says otherwise.

    With `working_calendar` off, every hour counts as a working hour. Who is asked is reminded after `nudge_after_s`;
    after `escalate_after_s` their stand-ins are asked too; after `approval_ttl_s` the answer is no. One card in
    `canary_every` has a twin with a fault in it (0: none). A worker not heard of for `uncertain_after_s` has broken off;
    what surely was not sent is tried again as `retries` says.
    """

    own_domain: str = "localhost"
    utc_offset_hours: int = 8
    working_calendar: bool = False
    approval_ttl_s: int = 24 * 3600
    nudge_after_s: int = 4 * 3600
    escalate_after_s: int = 12 * 3600
    uncertain_after_s: float = 300
    retries: Retries = field(default_factory=Retries)
    canary_every: int = 50
    autonomy: Mapping[str, int] | None = None
    templates: Path | None = None

    def level(self, action: str) -> int:
        return (self.autonomy or {}).get(action, DEFAULT)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One evaluation: what was judged, on which facts, and the answer. On a dry run (L1) `shadow` is what it would have
    been at the level above: what people then do is compared with it."""

    principal: Principal
    resource: Resource
    facts: ActionFacts
    decision: Decision
    shadow: Decision | None = None


def scene_of(
    session: Session,
    requester: Person,
    subject: Subject,
    labels: Mapping[str, frozenset[str]],
    now: datetime,
    rules: Rules,
    files: Files,
    action_id: str = "",
) -> Scene:
    """The rows an effect may look at."""
    return Scene(
        session=session,
        requester=requester,
        subject=subject,
        now=now,
        own_domain=rules.own_domain,
        utc_offset_hours=rules.utc_offset_hours,
        working_calendar=rules.working_calendar,
        labels=labels,
        files=files,
        templates=rules.templates,
        action_id=action_id,
    )


def tainted(labels: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The arguments and choices that carry an untrusted label; no effect can forget one."""
    return frozenset(name for name, found in labels.items() if found & UNTRUSTED_LABELS)


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
    scopes = scopes_of(scene.session, scene.subject)
    told = effect.facts(payload, scene)
    proven = effect.proven(payload, scene) if isinstance(effect, Proving) else frozenset[str]()
    facts = replace(
        told,
        tainted_args=told.tainted_args | (tainted(scene.labels) - proven),
        approvals=approvals,
        system_state=system_state,
        autonomy_level=level_of(scene.session, effect.name, scopes, rules.level(effect.name)),
        pilot=in_pilot(scene.session, effect.name, scopes),
        reversible=bool(getattr(effect, "reversible", isinstance(effect, LocalEffect))),
    )
    resource = scene.subject.resource
    decision = judge.decide(principal, effect.name, resource, facts)
    shadow = None
    if facts.autonomy_level == SHADOW:
        above = replace(facts, autonomy_level=default_level(effect.name))
        shadow = judge.decide(principal, effect.name, resource, above)
    return Evaluation(principal=principal, resource=resource, facts=facts, decision=decision, shadow=shadow)
