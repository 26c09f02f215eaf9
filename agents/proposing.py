"""Asking the gate for something, and saying in one or two plain sentences what came of it: for every skill that acts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from actions.action import ActionRequest, Outcome, State, Status
from actions.wording import in_language

from .answer import OutcomeNote
from .provenance import labels_of, labels_of_tool
from .skill import Turn
from .wording import clock, day


@dataclass(frozen=True, kw_only=True)
class Wording:
    """How a deed is spoken of, in Chinese and English: `noun` what it is (给王总的邮件 / The e-mail to Mr Wang), `verb`
    what happens to it (发出 / go out), `done` that it has (已发出 / has been sent), `not_done` that it has not (没有发送 /
    Not sent), `kept` where it stays when only a draft is allowed. `title` names the source in the answer."""

    noun: tuple[str, str]
    verb: tuple[str, str]
    done: tuple[str, str]
    not_done: tuple[str, str]
    kept: tuple[str, str] = ("", "")
    title: str = ""


def propose(turn: Turn, request: ActionRequest, words: Wording) -> str:
    """Submit a wish, note its outcome on the turn, and say what came of it.

    Whatever the skill says of its arguments, the wish also carries who chose the tool and the deal.
    """
    outcome = turn.desk.submit(_with_choices(turn, request))
    reason = turn.say(outcome.reason, outcome.reason_en or outcome.reason)
    if not outcome.action_id:
        reason = in_language(
            reason, turn.language
        )  # what never became an action is told in one sentence for both
    turn.outcomes.append(
        OutcomeNote(
            action_id=outcome.action_id,
            action=outcome.action,
            status=outcome.status.value,
            reason=reason,
            approvers=outcome.approvers,
            code=outcome.code,
        )
    )
    if outcome.action_id:
        turn.focus["action_id"] = outcome.action_id
    return told(turn, outcome, words, reason)


def _with_choices(turn: Turn, request: ActionRequest) -> ActionRequest:
    tool = labels_of_tool(turn, turn.skill or request.action) | request.labels.get("tool", frozenset())
    labels = {**request.labels, "tool": tool}
    if "deal" not in labels and turn.desk.deal(request.resource_id) is not None:
        labels["deal"] = labels_of(turn, "deal", request.resource_id)
    return replace(request, labels=labels, cleared={**turn.ledger.cleared, **request.cleared})


def told(turn: Turn, outcome: Outcome, words: Wording, reason: str) -> str:
    """One or two short sentences; the code is what /undo, /approve and "why" take."""
    mark = ""
    if outcome.action_id:
        n = turn.cite(id=outcome.action_id, kind="action", title=words.title, date="", quote=reason)
        mark = f"[{n}]"
    lines = [f"{_head(turn, outcome, words)} {mark}".rstrip()]
    because = turn.say("；", "; ").join(outcome.because_en if turn.language == "en" else outcome.because)
    if because or not outcome.action_id:
        lines.append(
            turn.say("原因:", "Because: ")
            + f"{because or in_language(reason, turn.language)} {mark}".rstrip()
        )
    lines += [f"⚠ {in_language(warning, turn.language)}" for warning in outcome.warnings]
    if outcome.status in (Status.WAITING, Status.REFUSED):
        turn.suggestions.append(turn.say("为什么?", "Why?"))
    return "\n".join(lines)


def _head(turn: Turn, outcome: Outcome, words: Wording) -> str:
    code = outcome.code or outcome.action_id
    noun, verb = turn.say(*words.noun), turn.say(*words.verb)
    done, not_done = turn.say(*words.done), turn.say(*words.not_done)
    if outcome.state is State.SCHEDULED and outcome.at_once and _no_way_back(turn, outcome):
        return turn.say(f"{noun}{done}({code})。", f"{noun} {done} ({code}).")
    if outcome.state is State.SCHEDULED:
        turn.suggestions.append(f"/undo {code}")
        until = until_text(turn, outcome.undo_until)
        if outcome.at_once:
            return turn.say(
                f"{noun}{done};{until} 前要撤回请发 /undo {code}。",
                f"{noun} {done}; until {until} /undo {code} takes it back.",
            )
        return turn.say(
            f"{noun}将在 {until} {verb};在此之前要撤回请发 /undo {code}。",
            f"{noun} will {verb} at {until}; until then /undo {code} takes it back.",
        )
    if outcome.status is Status.DONE:
        return turn.say(f"{noun}{done}。", f"{noun} {done}.")
    if outcome.status is Status.WAITING:
        return _waiting(turn, outcome, not_done, code)
    if outcome.state is State.DRAFT_ONLY:
        kept = turn.say(*words.kept) or turn.say("只保留为草稿", "it stays a draft")
        return turn.say(f"{not_done},{kept}。", f"{not_done}; {kept}.")
    if outcome.status is Status.REFUSED and not outcome.action_id:
        return turn.say(f"{not_done}。", f"{not_done}.")
    if outcome.status is Status.REFUSED:
        return turn.say(f"{not_done}:规则不允许。", f"{not_done}: the rules do not allow it.")
    if outcome.status is Status.FAILED:
        return turn.say(f"失败:{not_done}。", f"It failed: {not_done.lower()}.")
    return turn.say("结果不明,请人工核实。", "The result is unknown; a person must check.")


def until_text(turn: Turn, iso: str) -> str:
    """Until when, on the working clock; with its day when that is not today."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return clock(iso) if day(moment) == day(turn.desk.now) else f"{day(moment)} {clock(iso)[:5]}"


def _no_way_back(turn: Turn, outcome: Outcome) -> bool:
    """A local deed whose rule gives no time to undo: saying until when would be nonsense."""
    try:
        return datetime.fromisoformat(outcome.undo_until) <= turn.desk.now
    except ValueError:
        return True


def _waiting(turn: Turn, outcome: Outcome, not_done: str, code: str) -> str:
    if turn.desk.person.id in outcome.approvers:
        turn.suggestions.append(f"/approve {code}")
        return turn.say(
            f"还{not_done}:需要您本人确认,请核对后发 /approve {code}。",
            f"{not_done} yet: it needs your own confirmation. Check it, then send /approve {code}.",
        )
    names = turn.say("、", ", ").join(_name(turn, one) for one in outcome.approvers)
    who = names or turn.say("有权限的人", "somebody entitled")
    return turn.say(
        f"还{not_done}:正在等待 {who} 审批({code})。", f"{not_done} yet: waiting for {who} ({code})."
    )


def _name(turn: Turn, person_id: str) -> str:
    found = turn.desk.colleague(person_id)
    return found.name if found else person_id
