"""What a call suggests to do: updates of the deal, tasks, a meeting and a follow-up mail, each with the words it rests on.

A proposal says in full what would be asked of the gate, so that whoever accepts it has seen it. Its values carry the labels
of the call (nobody in the house vouches for what was said there), the wish itself is the person's own who accepts it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from actions.action import UNTRUSTED_LABELS
from knowledge.insight.minutes import UNRESOLVED, Minutes, acts
from knowledge.insight.summary import METHOD
from knowledge.model import Interaction, Suggestion
from knowledge.snapshot import DealFacts
from knowledge.transcripts import transcript_hash

from .call_changes import changes
from .call_mail import mail_proposal
from .call_meeting import meeting_proposal
from .call_proposal import Proposal, colleague, end_of, open_todos
from .skill import Turn
from .wording import day

MOST, MOST_TASKS = 9, 4


def proposed(turn: Turn, row: Interaction, facts: DealFacts | None, made: Minutes) -> Sequence[Suggestion]:
    """The numbered proposals of a call whose minutes were made, kept for the asker; none for a call about no deal."""
    if facts is None:
        return ()
    key = transcript_hash(row)
    known = [one for one in turn.desk.proposals(row.id) if one.payload.get("hash") == key]
    if known:
        return known
    focus = dict(turn.focus)
    found = list(_all(turn, row, facts, made))[:MOST]
    turn.focus.clear()  # whom a mail would go to is not whom one speaks of, nor is it so only the first time
    turn.focus.update(focus)
    return turn.desk.propose(row.id, key, [one.item(turn) for one in found]) if found else ()


def labels_of_call(row: Interaction, made: Minutes) -> frozenset[str]:
    """What a value read in this call is worth: said in a call, come in as its row did, and a model's where one wrote."""
    labels = {"call_transcript"} | ({row.provenance} & UNTRUSTED_LABELS)
    return frozenset(labels | ({"llm_inferred"} if made.meeting.engine != METHOD else set()))


def _all(turn: Turn, row: Interaction, facts: DealFacts, made: Minutes) -> Iterator[Proposal]:
    labels = labels_of_call(row, made)
    yield from changes(turn, row, facts, made, labels)
    meeting = meeting_proposal(turn, row, facts, made, labels)
    yield from _tasks(turn, facts, made, labels, _spoken_for(made) if meeting else frozenset())
    if meeting is not None:
        yield meeting
    mail = mail_proposal(turn, row, facts, made, labels)
    if mail is not None:
        draft, text, args, parts = mail
        yield Proposal(kind="mail", text=text, action="send_email", args=args, labels=parts, draft=draft)


def _spoken_for(made: Minutes) -> frozenset[tuple[int, str]]:
    """The sentences that come to nothing but the meeting: each is proposed once."""
    later = made.next_meeting
    said = (later, *later.because) if later else ()
    return frozenset((one.line, one.quote) for one in said if not acts.hands_over(one.quote))


def _tasks(
    turn: Turn, facts: DealFacts, made: Minutes, labels: frozenset[str], without: Collection[tuple[int, str]]
) -> Iterator[Proposal]:
    """A task for each to-do of ours but of the sentences in `without`; one whose owner nobody named waits for a name."""
    count = 0
    for one in open_todos(turn, made):
        if (one.line, one.quote) in without:
            continue
        owner = colleague(turn, facts, one.owner)
        if (owner is None and one.owner != UNRESOLVED) or count == MOST_TASKS:
            continue
        count += 1
        due = end_of(one.due_iso)
        when = f" · {day(due)} 18:00" if due else ""
        who = owner.name if owner else turn.say("待确认", "owner to be confirmed")
        args = {
            "title": one.action[:300],
            "due_at": due.isoformat() if due else "",
            "owner_id": owner.id if owner else "",
        }
        own = frozenset({"rep_input"}) if owner and owner.id == turn.desk.person.id else labels
        yield Proposal(
            kind="task",
            text=turn.say(f"任务({who}):{args['title']}{when}", f"Task ({who}): {args['title']}{when}"),
            action="create_task",
            args=args,
            labels={"title": labels, "due_at": labels if due else frozenset({"rep_input"}), "owner_id": own},
            said=one,
            missing="" if owner else "owner",
        )
