"""The gate: the only way to an effect. It decides from records, waits for people, performs once, and writes it down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from knowledge.library.people import visible_teams
from knowledge.model import Deal, Person
from knowledge.store import Store
from policies.decision import Verdict
from policies.engine import Judge
from policies.facts import ApprovalFacts

from . import notices, record
from .action import ActionRequest, Outcome, State, Status, canonical, digest
from .effect import BadArguments, Effect, Hands
from .effects import EFFECTS
from .evaluation import Evaluation, Rules, evaluate, scene_of
from .people import approval_facts
from .tables import Action
from .wording import NOT_FOUND, outcome_of

CODE_ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
"""No letters or figures that are mistaken for each other when read aloud or typed on a phone."""


@dataclass
class Gate:
    """Everything an effect needs to pass. `clock` returns aware UTC; nothing here reads the wall clock itself."""

    store: Store
    judge: Judge
    hands: Hands
    clock: Callable[[], datetime]
    rules: Rules
    head_file: Path | None = None

    def submit(self, request: ActionRequest, channel: str = "") -> Outcome:
        """Judge a wish and start its life. The same idempotency key always answers with the same action."""
        with self.store.session() as session:
            outcome = self.enter(session, request, channel)
        self.after()
        return outcome

    def enter(self, session: Session, request: ActionRequest, channel: str = "") -> Outcome:
        """`submit` within the caller's transaction."""
        effect = EFFECTS.get(request.action)
        if effect is None:
            return _refused(
                request, f"没有“{request.action}”这种动作 / there is no action {request.action!r}"
            )
        state = self.system_state(session)
        now = self.clock()
        known = session.exec(select(Action).where(Action.idempotency_key == request.idempotency_key)).first()
        if known is not None:
            mine = known.requester_id == request.on_behalf_of
            return outcome_of(session, known) if mine else _refused(request, NOT_FOUND)
        parties = self._parties(session, request)
        if parties is None:
            return _refused(request, NOT_FOUND)
        requester, deal = parties
        scene = scene_of(session, requester, deal, request.labels, now, self.rules)
        try:
            payload = effect.canonical(request.args, scene)
        except BadArguments as error:
            return _refused(request, str(error))
        evaluation = evaluate(self.judge, effect, payload, scene, ApprovalFacts(), state, self.rules)
        action = self._enter(session, request, effect, payload, evaluation, deal, now)
        self.settle(session, action, evaluation, now, actor=requester.id, channel=channel, event="evaluated")
        return outcome_of(session, action)

    def system_state(self, session: Session) -> str:
        return record.lock_system(session).state

    def scene_evaluation(self, session: Session, action: Action, now: datetime) -> Evaluation:
        """Judge a stored action anew with the approvals that count at this moment."""
        effect = EFFECTS[action.action]
        labels = {name: frozenset(values) for name, values in action.labels.items()}
        requester = session.get_one(Person, action.requester_id)
        deal = session.get_one(Deal, action.resource_id)
        scene = scene_of(session, requester, deal, labels, now, self.rules, action.id)
        payload = payload_of(action)
        approvals = approval_facts(session, action, now)
        state = self.system_state(session)
        return evaluate(self.judge, effect, payload, scene, approvals, state, self.rules)

    def settle(
        self,
        session: Session,
        action: Action,
        evaluation: Evaluation,
        now: datetime,
        *,
        actor: str,
        channel: str,
        event: str,
    ) -> None:
        """Write the decision down and move the action to the state it calls for, in the caller's transaction."""
        decision = evaluation.decision
        action.facts = evaluation.facts.as_record()
        action.decision = decision_record(evaluation)
        action.policy_version = decision.policy_version
        action.state = _STATE_OF[decision.verdict]
        if decision.verdict is Verdict.APPROVE and action.expires_at is None:
            action.expires_at = now + timedelta(seconds=self.rules.approval_ttl_s)
        if action.state == State.SCHEDULED:
            action.due_at = now + timedelta(seconds=decision.undo_seconds)
        session.add(action)
        session.flush()
        rules = tuple(hit.id for hit in decision.rules)
        entry = record.Event(
            name=event, action=action, actor=actor, channel=channel, decision=decision.verdict, rules=rules
        )
        record.append(session, entry, now)
        notices.on_decision(session, action, evaluation, actor, now)

    def after(self) -> None:
        """After a committed transition: copy the head of the chain out of the database."""
        if self.head_file is not None:
            with self.store.reading() as session:
                record.write_head(session, self.head_file)

    def _parties(self, session: Session, request: ActionRequest) -> tuple[Person, Deal] | None:
        """Requester and deal, or None when either is unknown or out of the requester's sight: both sound alike."""
        requester = session.get(Person, request.on_behalf_of)
        deal = session.get(Deal, request.resource_id)
        if requester is None or deal is None or deal.team_id not in visible_teams(session, requester):
            return None
        return requester, deal

    def _enter(
        self,
        session: Session,
        request: ActionRequest,
        effect: Effect,
        payload: Mapping[str, Any],
        evaluation: Evaluation,
        deal: Deal,
        now: datetime,
    ) -> Action:
        text = canonical(payload)
        preview = effect.preview(payload, evaluation.facts.as_record())
        key = digest(request.idempotency_key)
        action_id = f"act-{key[:16]}"
        return Action(
            id=action_id,
            code=_free_code(session, key),
            action=effect.name,
            state=State.PENDING,
            payload=text,
            payload_hash=digest(text),
            preview_hash=digest(canonical({"preview": repr(preview)})),
            resource_id=deal.id,
            team_id=deal.team_id,
            requester_id=request.on_behalf_of,
            drafted_by=request.drafted_by,
            conversation_id=request.conversation_id,
            labels={name: sorted(values) for name, values in request.labels.items()},
            idempotency_key=request.idempotency_key,
            message_id=f"<{action_id}@{self.rules.own_domain}>",
            supersedes=request.supersedes,
            created_at=now,
        )


_STATE_OF = {
    Verdict.ALLOW: State.SCHEDULED,
    Verdict.ALLOW_UNDO: State.SCHEDULED,
    Verdict.DRAFT_ONLY: State.DRAFT_ONLY,
    Verdict.APPROVE: State.PENDING,
    Verdict.DENY: State.DENIED,
}


def payload_of(action: Action) -> dict[str, Any]:
    """The canonical payload; raises ValueError when the stored text no longer has the hash that was judged."""
    if digest(action.payload) != action.payload_hash:
        raise ValueError(f"动作 {action.code} 的内容与记录的指纹不符 / payload of {action.code} was changed")
    loaded: dict[str, Any] = json.loads(action.payload)
    return loaded


def decision_record(evaluation: Evaluation) -> dict[str, Any]:
    """The decision with what was judged, as plain JSON: enough to explain it and to replay it."""
    decision = evaluation.decision
    return {
        "verdict": decision.verdict.value,
        "approvers": list(decision.approvers),
        "undo_seconds": decision.undo_seconds,
        "warnings": list(decision.warnings),
        "unlock": decision.unlock,
        "unlock_en": decision.unlock_en,
        "rules": [
            {
                "id": hit.id,
                "reason": hit.reason,
                "reason_en": hit.reason_en,
                "verdict": hit.verdict.value,
                "approvers": list(hit.approvers),
            }
            for hit in decision.rules
        ],
        "principal": evaluation.principal.as_record(),
        "resource": evaluation.resource.as_record(),
    }


def _free_code(session: Session, key: str) -> str:
    """A short code for people, the same for the same key; longer when a short one is taken."""
    number = int(key, 16)
    letters = []
    for _ in range(16):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    for length in range(4, 17):
        code = "".join(letters[:length])
        if session.exec(select(Action.id).where(Action.code == code)).first() is None:
            return code
    raise ValueError("no free action code")


def _refused(request: ActionRequest, sentence: str) -> Outcome:
    return Outcome(
        action_id="", action=request.action, status=Status.REFUSED, state=State.DENIED, reason=sentence
    )
