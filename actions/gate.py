"""The gate: the only way to an effect. It decides from records, waits for people, performs once, and writes it down."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from knowledge.model import Person
from knowledge.store import Store
from policies.decision import Verdict
from policies.engine import Judge
from policies.facts import ApprovalFacts

from . import canaries, notices, record
from .action import ActionRequest, Outcome, State, Status, canonical, digest, fingerprint
from .advice import ledger
from .effect import BadArguments, Effect, Hands, LocalEffect, Subject
from .effects import EFFECTS
from .evaluation import Evaluation, Rules, evaluate, scene_of
from .outgoing import warm
from .people import approval_facts
from .risk import risk_of
from .ruling.published import JUDGES
from .stored import decision_record, free_code, payload_of
from .subjects import find_subject, subject_of
from .tables import Action
from .wording import NOT_FOUND, outcome_of


@dataclass
class Gate:
    """Everything an effect needs to pass. `clock` returns aware UTC; nothing here reads the wall clock itself.

    `salts` makes the salt of an action's hashes.
    """

    store: Store
    judge: Judge
    hands: Hands
    clock: Callable[[], datetime]
    rules: Rules
    head_file: Path | None = None
    salts: Callable[[], str] = field(default=lambda: secrets.token_hex(16))

    def submit(self, request: ActionRequest, channel: str = "") -> Outcome:
        """Judge a wish and start its life. The same idempotency key always answers with the same action."""
        warm(self.hands.files, request.args.get("attachments"))
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
        requester = session.get(Person, request.on_behalf_of)
        subject = find_subject(session, requester, effect.about, request.resource_id) if requester else None
        if requester is None or subject is None:
            return _refused(request, NOT_FOUND)
        # What an edit replaces is not counted beside it: neither its mails nor the hour it holds.
        scene = scene_of(
            session, requester, subject, request.labels, now, self.rules, self.hands.files, request.supersedes
        )
        try:
            payload = effect.canonical(request.args, scene)
        except BadArguments as error:
            return _refused(request, str(error))
        evaluation = evaluate(
            self.judge_for(session), effect, payload, scene, ApprovalFacts(), state, self.rules
        )
        action = self._enter(session, request, effect, payload, evaluation, subject, now)
        ledger.link(session, action, request.suggestion_id)
        self.settle(session, action, evaluation, now, actor=requester.id, channel=channel, event="evaluated")
        if request.cleared:
            _note_cleared(session, action, request, channel, now)
        return outcome_of(session, action)

    def system_state(self, session: Session) -> str:
        return record.lock_system(session).state

    def judge_for(self, session: Session) -> Judge:
        """The judge with the rules in force at this moment: published rules are rows, every process sees them at once."""
        return JUDGES.in_force(session, self.judge, self.clock())

    def scene_evaluation(self, session: Session, action: Action, now: datetime) -> Evaluation:
        """Judge a stored action anew with the approvals that count at this moment."""
        effect = EFFECTS[action.action]
        labels = {name: frozenset(values) for name, values in action.labels.items()}
        requester = session.get_one(Person, action.requester_id)
        subject = subject_of(session, action)
        scene = scene_of(session, requester, subject, labels, now, self.rules, self.hands.files, action.id)
        payload = payload_of(action)
        approvals = approval_facts(session, action, now)
        state = self.system_state(session)
        return evaluate(self.judge_for(session), effect, payload, scene, approvals, state, self.rules)

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
        if decision.verdict is Verdict.APPROVE and event == "evaluated":
            action.risk = risk_of(decision, evaluation.facts)
        if action.state == State.SCHEDULED:
            plan(action, decision.undo_seconds, now)
        session.add(action)
        session.flush()
        rules = tuple(hit.id for hit in decision.rules)
        entry = record.Event(
            name=event, action=action, actor=actor, channel=channel, decision=decision.verdict, rules=rules
        )
        record.append(session, entry, now)
        if event == "approved" and action.state == State.PENDING:
            action.nudged_at = action.escalated_at = None  # the next step's patience begins anew
        notices.on_decision(session, action, evaluation, actor, now)
        canaries.after_asking(session, action, self.rules.canary_every, self.salts(), now)

    def after(self) -> None:
        """After a committed transition: copy the head of the chain out of the database."""
        if self.head_file is not None:
            with self.store.reading() as session:
                record.write_head(session, self.head_file)

    def _enter(
        self,
        session: Session,
        request: ActionRequest,
        effect: Effect,
        payload: Mapping[str, Any],
        evaluation: Evaluation,
        subject: Subject,
        now: datetime,
    ) -> Action:
        text, salt = canonical(payload), self.salts()
        preview = effect.preview(payload, evaluation.facts.as_record())
        key = digest(request.idempotency_key)
        action_id = f"act-{key[:16]}"
        return Action(
            id=action_id,
            code=free_code(session, key),
            action=effect.name,
            state=State.PENDING,
            payload=text,
            salt=salt,
            payload_hash=fingerprint(salt, text),
            preview_hash=fingerprint(salt, canonical({"preview": repr(preview)})),
            resource_kind=subject.resource.kind,
            resource_id=subject.resource.id,
            team_id=subject.resource.team_id,
            requester_id=request.on_behalf_of,
            drafted_by=request.drafted_by,
            conversation_id=request.conversation_id,
            labels={name: sorted(values) for name, values in request.labels.items()},
            idempotency_key=request.idempotency_key,
            message_id=f"<{action_id}@{self.rules.own_domain}>",
            risk=risk_of(evaluation.decision, evaluation.facts),
            supersedes=request.supersedes,
            created_at=now,
        )


def effect_named(verb: str) -> Effect | None:
    """The effect of this verb, for whoever stands at the gate and may not see the menu."""
    return EFFECTS.get(verb)


def plan(action: Action, undo_seconds: int, now: datetime) -> None:
    """When it runs and until when it can be taken back: a local change at once and back for a while, a message after."""
    action.undo_until = now + timedelta(seconds=undo_seconds)
    action.due_at = now if isinstance(EFFECTS[action.action], LocalEffect) else action.undo_until


_STATE_OF = {
    Verdict.ALLOW: State.SCHEDULED,
    Verdict.ALLOW_UNDO: State.SCHEDULED,
    Verdict.DRAFT_ONLY: State.DRAFT_ONLY,
    Verdict.APPROVE: State.PENDING,
    Verdict.DENY: State.DENIED,
}


def _note_cleared(
    session: Session, action: Action, request: ActionRequest, channel: str, now: datetime
) -> None:
    """Which labels a human edit or a look-up by key took off which argument: nothing is cleared in silence."""
    cleared = {name: dict(how) for name, how in request.cleared.items()}
    actor = request.drafted_by if request.supersedes else request.on_behalf_of
    actor = request.on_behalf_of if actor == "person" else actor
    entry = record.Event(
        name="labels_cleared", action=action, actor=actor, channel=channel, detail={"cleared": cleared}
    )
    record.append(session, entry, now)


def _refused(request: ActionRequest, sentence: str) -> Outcome:
    return Outcome(
        action_id="", action=request.action, status=Status.REFUSED, state=State.DENIED, reason=sentence
    )
