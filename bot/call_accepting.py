"""Proposals of a call, accepted by a person: each becomes a wish of theirs, and the gate decides each by itself.

Pressing a button or typing a number is the person's own yes to what was shown. Where the rules ask for nothing but that yes,
and what waits is word for word what was shown, it counts as such; anybody else's yes is asked for as always.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.action import ActionRequest, Outcome, State, Status
from actions.approvals import Approvals
from actions.call_proposals import OPEN
from actions.card import ActionCard
from actions.counter import PersonDesk
from actions.wording import in_language, local_moment, state_name
from knowledge.model import Suggestion

_ARROW = re.compile(r"^.*? → ", re.DOTALL)


@dataclass(frozen=True)
class Accepting:
    """Bound to a person's desk; `approvals` takes their own yes where the rules ask for it."""

    desk: PersonDesk
    approvals: Approvals

    def accept(self, call_id: str, numbers: Sequence[int] = ()) -> list[str]:
        """A line about each proposal that is meant (none given: all that can be accepted as they are). Accepting twice is
        accepting once: the second time tells how it stands."""
        known = self.desk.proposals(call_id)
        return [self._accepted(one) for one in known if _meant(one, numbers)] or [self._none(known)]

    def refuse(self, call_id: str, numbers: Sequence[int] = ()) -> list[str]:
        """These are not wanted (none given: all that are left)."""
        known = self.desk.proposals(call_id)
        left = [one for one in known if one.status in OPEN]
        wanted = [one for one in left if not numbers or _number(one) in numbers]
        gone = [one for one in wanted if self.desk.unwanted(one.id)]
        listed = self._say("、", ", ").join(str(_number(one)) for one in gone)
        return [self._say(f"好,不要 {listed}。", f"Done: without {listed}.")] if gone else [self._none(known)]

    def give(self, call_id: str, number: int, who: str) -> list[str]:
        """A task whose owner nobody named in the call gets one, and is made."""
        one = next((one for one in self.desk.proposals(call_id) if _number(one) == number), None)
        if one is None or one.payload.get("kind") != "task" or one.status not in OPEN:
            return [self._say(f"{number} 不是可以分派的任务。", f"{number} is no task that can be given.")]
        names = self.desk.names()
        found = {entry.id for entry in names.spot(who) if entry.kind == "person"}
        person = self.desk.colleague(found.pop()) if len(found) == 1 else None
        if who.strip() in ("我", "me", "myself"):
            person = self.desk.person
        if person is None:
            return [self._say(f"没有找到同事“{who}”。", f"There is no colleague “{who}”.")]
        payload = dict(one.payload)
        payload["args"] = {**payload["args"], "owner_id": person.id}
        payload["labels"] = {**payload["labels"], "owner_id": ["rep_input"]}
        for unknown in ("待确认", "owner to be confirmed"):
            payload["text"] = str(payload["text"]).replace(unknown, person.name)
        payload["missing"] = ""
        self.desk.completed(one.id, payload)
        return self.accept(call_id, (number,))

    # inside ----------------------------------------------------------------------------------------------------

    def _accepted(self, one: Suggestion) -> str:
        head = f"{_number(one)} {head_of(one)}"
        if one.action_id:
            return f"{head} — {standing(self.desk, one)}"
        if one.payload.get("missing"):
            return head + self._say(
                f" — 负责人待确认:回复“{_number(one)}归 姓名”",
                f" — whose is it? Reply: give {_number(one)} to NAME",
            )
        outcome = self._confirmed(one, self.desk.submit(self._request(one)))
        return f"{_sign(outcome)} {head} — {self._told(outcome)}"

    def _request(self, one: Suggestion) -> ActionRequest:
        payload = one.payload
        labels: Mapping[str, Sequence[str]] = payload["labels"]
        own = frozenset({"rep_input"})
        draft = self.desk.draft(str(payload.get("draft") or "")) if payload.get("draft") else None
        key = f"call:{one.id}"
        if draft is not None:
            from agents.mail_draft import mail_key

            key = mail_key(draft.id, draft.payload)
        return ActionRequest(
            action=str(payload["action"]),
            args=payload["args"],
            resource_id=str(one.deal_id or ""),
            on_behalf_of=self.desk.person.id,
            labels={
                "deal": frozenset({"crm_record"}),
                **{name: frozenset(found) for name, found in labels.items()},
                "tool": own,
            },
            cleared=draft.payload.get("cleared", {}) if draft is not None else {},
            idempotency_key=key,
            drafted_by="offline",
            conversation_id=self.desk.conversation_id,
            suggestion_id=one.id,
        )

    def _confirmed(self, one: Suggestion, outcome: Outcome) -> Outcome:
        """The person's own yes counts where it is all that is missing and they were shown all of it."""
        me = self.desk.person.id
        if outcome.status is not Status.WAITING or set(outcome.approvers) != {me}:
            return outcome
        card = self.desk.card(outcome.action_id)
        if card is None or card.risk == "high" or not shows_all(card, str(one.payload["text"]), one.payload):
            return outcome
        return self.approvals.approve(
            me, outcome.action_id, seen_hash=card.payload_hash, channel=self.desk.channel
        )

    def _told(self, outcome: Outcome) -> str:
        code, en = outcome.code, self.desk.language == "en"
        if outcome.state is State.SCHEDULED and outcome.undo_until:
            until = _until(outcome.undo_until)
            if outcome.at_once:
                return self._say(
                    f"已做({code});{until} 前 /undo {code} 可撤回",
                    f"done ({code}); /undo {code} takes it back until {until}",
                )
            return self._say(
                f"{until} 发出({code});之前 /undo {code} 可撤回",
                f"goes out at {until} ({code}); /undo {code} stops it",
            )
        if outcome.status is Status.WAITING:
            who = self._say("、", ", ").join(self._name(one) for one in outcome.approvers)
            own = outcome.approvers == (self.desk.person.id,)
            return (
                self._say(f"需您本人确认: /approve {code}", f"needs your own yes: /approve {code}")
                if own
                else self._say(f"等 {who} 审批({code})", f"waits for {who} ({code})")
            )
        reason = outcome.reason_en if en and outcome.reason_en else outcome.reason
        return in_language(reason, self.desk.language)

    def _name(self, person_id: str) -> str:
        person = self.desk.colleague(person_id)
        return person.name if person else person_id

    def _none(self, known: Sequence[Suggestion]) -> str:
        if not known:
            return self._say("这通电话没有建议。", "This call has no proposals.")
        return self._say("没有这样的建议,或都已处理。", "No such proposal, or all are settled.")

    def _say(self, zh: str, en: str) -> str:
        return en if self.desk.language == "en" else zh


def head_of(one: Suggestion) -> str:
    """The first line of what a proposal says."""
    return str(one.payload.get("text") or "").split("\n")[0][:120]


def standing(desk: PersonDesk, one: Suggestion) -> str:
    """How the action stands that a proposal became."""
    card = desk.card(one.action_id)
    if card is None:
        return "已处理" if desk.language != "en" else "settled"
    return f"{state_name(card.state, desk.language)} ({card.code})"


def shows_all(card: ActionCard, text: str, payload: Mapping[str, Any]) -> bool:
    """Whether what waits for a yes stood word for word in the proposal: new values, recipients, subject and text."""
    shown = _plain(f"{text} {payload.get('quote', '')}")
    wanted = [_ARROW.sub("", line.value) for line in card.lines if "“" not in line.value or line.zh == "备注"]
    wanted += [card.subject, *card.body.splitlines(), *(one.address for one in card.recipients)]
    return all(_plain(one) in shown for one in wanted if one.strip() and one.strip() != "∅")


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _meant(one: Suggestion, numbers: Sequence[int]) -> bool:
    if numbers:
        return _number(one) in numbers and (one.status in OPEN or bool(one.action_id))
    return one.status in OPEN and not one.payload.get("missing")


def _number(one: Suggestion) -> int:
    return int(one.payload.get("n", 0))


def _sign(outcome: Outcome) -> str:
    return {Status.DONE: "✓", Status.WAITING: "⏳"}.get(
        outcome.status, "✓" if outcome.state is State.SCHEDULED else "✗"
    )


def _until(iso: str) -> str:
    from datetime import datetime

    try:
        return local_moment(datetime.fromisoformat(iso))
    except ValueError:
        return iso
