"""Churn alerts by the clock: a signal fires before the customer has left, and a win-back task is asked for through the gate."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session, col, select

from actions import record
from actions.action import ActionRequest, digest
from actions.intervening import BY, POLICY, RECORD, TEMPLATE
from knowledge import blueprints, journeys
from knowledge.blueprints import version_of
from knowledge.blueprints.churn import ChurnRules
from knowledge.blueprints.playbook import Playbook
from knowledge.insight.churn_replay import held_out
from knowledge.insight.churn_signals import Signal, gone, signals
from knowledge.model import Account, ChurnAlert, Deal, Person

from .rounds import Ask, Round

TITLE = 300


class Churning(Round):
    """The churn round, once a day: an alert and its task are one transaction."""

    name, every = "churn", timedelta(hours=24)

    def asking(self, session: Session, now: datetime) -> Ask:
        return partial(self._of, rules=journeys.churn_rules(session), now=now)

    def _of(self, account_id: str, rules: ChurnRules, now: datetime) -> list[str]:
        with self.gate.store.reading() as session:
            _, touches = next(journeys.by_account(session, [account_id], now))
            one = journeys.customer_of(session, account_id, touches)
        fired = () if gone(one, rules, now) else signals(one, rules, now)
        return self._raise(account_id, fired[0], rules, now) if fired else []

    def _raise(self, account_id: str, signal: Signal, rules: ChurnRules, now: datetime) -> list[str]:
        with self.gate.store.session() as session:
            record.lock_system(session)
            since = now - timedelta(days=rules.again_days)
            recent = select(ChurnAlert.id).where(
                ChurnAlert.account_id == account_id, col(ChurnAlert.at) > since
            )
            if session.exec(recent).first() is not None:
                return []
            key = "\n".join((account_id, signal.id, now.isoformat()))
            alert = ChurnAlert(
                id=f"ch-{digest(key)[:20]}",
                account_id=account_id,
                signal=signal.id,
                zh=signal.zh,
                en=signal.en,
                strength=signal.strength,
                touches=list(signal.rows),
                at=now,
                held_out=held_out(account_id, rules),
                version=version_of(rules.model_dump()),
            )
            if not alert.held_out:
                self._task(session, alert, rules, now)
            session.add(alert)
            return [alert.action_id] if alert.action_id else []

    def _task(self, session: Session, alert: ChurnAlert, rules: ChurnRules, now: datetime) -> None:
        """A task for the owner of the customer, about the customer's newest deal, with what to say from the playbook."""
        account = session.get_one(Account, alert.account_id)
        deals = session.exec(
            select(Deal).where(Deal.account_id == account.id).order_by(col(Deal.created_at).desc())
        ).all()
        deal = next((one for one in deals if one.is_open), deals[0] if deals else None)
        people = (account.owner_id, deal.owner_id if deal else None)
        owners = [person for one in people if one and (person := session.get(Person, one)) and person.active]
        if deal is None or not owners:
            alert.note = "没有商机或负责人,无人可派 / no deal or no owner: nobody to give it to"
            return
        owner = next((one for one in owners if one.id == deal.owner_id), owners[0])
        outcome = self.gate.enter(
            session, _request(session, alert, account, deal, owner, rules, now), "clock"
        )
        alert.owner_id, alert.deal_id, alert.action_id = owner.id, deal.id, outcome.action_id
        alert.note = "" if outcome.action_id else outcome.reason


def _request(
    session: Session,
    alert: ChurnAlert,
    account: Account,
    deal: Deal,
    owner: Person,
    rules: ChurnRules,
    now: datetime,
) -> ActionRequest:
    english = owner.language == "en"
    script = script_for(session, alert.signal, rules, owner.language)
    words = (
        f"Win back {account.name}: {alert.en}. Say: {script}"
        if english
        else f"挽回 {account.name}:{alert.zh}。话术:{script}"
    )
    return ActionRequest(
        action="create_task",
        args={
            "title": words[:TITLE],
            "due_at": (now + timedelta(days=rules.due_days)).isoformat(),
            "owner_id": owner.id,
        },
        resource_id=deal.id,
        on_behalf_of=owner.id,
        labels={"title": TEMPLATE, "owner_id": RECORD, "due_at": POLICY, "tool": POLICY, "deal": RECORD},
        idempotency_key=f"churn:{alert.id}",
        drafted_by=f"{BY}churn",
    )


def script_for(session: Session, signal: str, rules: ChurnRules, language: str) -> str:
    """The first talk track of the class that the rules name for a signal, "" where there is none."""
    playbook = Playbook.model_validate(blueprints.active_or_default(session, "playbook"))
    found = playbook.objection(rules.scripts.get(signal, ""))
    if found is None:
        return ""
    track = found.tracks[0]
    return (track.text_en or track.text) if language == "en" else track.text
