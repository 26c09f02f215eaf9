"""The next meeting of a call: in words, and as an invitation to propose, or as a task where something was left open."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from actions import meeting_text
from knowledge import zones
from knowledge.insight.minutes import Minutes, NextMeeting
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .call_guests import Guests, guests_of, who_was_there
from .call_proposal import DAY_ENDS, Proposal
from .offline.dates import ZONE
from .skill import Turn

MINUTES = 60
"""How long a meeting is put down for where nobody said."""

CRM = frozenset({"crm_record"})

OPEN_POINTS = {
    "day": ("哪一天", "which day"),
    "hour": ("几点", "what time"),
    "zone": ("哪个时区", "whose time zone"),
    "condition": ("前提是否成立", "whether the condition holds"),
    "answer": ("对方是否答应", "whether they agree"),
}


def meeting_told(turn: Turn, later: NextMeeting) -> str:
    """2026-12-02 15:00, in the customer's time where that is another; what was left open, by its name."""
    since, _, until = later.when_iso.partition("/")
    day = turn.say(f"{since} 至 {until}", f"{since} to {until}") if until else since
    start = _start(later)
    if start is not None:
        day = _moment(turn, later, start)
    elif later.at:
        day = f"{day} {later.at}"
    if not later.unsettled:
        return day
    left = turn.say("、", ", ").join(turn.say(*OPEN_POINTS[one]) for one in later.unsettled)
    return turn.say(f"{day}(待定:{left})", f"{day} (open: {left})")


def meeting_proposal(
    turn: Turn, row: Interaction, facts: DealFacts, made: Minutes, labels: frozenset[str]
) -> Proposal | None:
    """An invitation where day and hour were said and somebody can be invited, else a task that says what is missing; None
    without a meeting or for one that is over."""
    later = made.next_meeting
    if later is None or _is_over(turn, later):
        return None
    start = _start(later)
    if start is None or later.unsettled:
        return _to_settle(turn, row, facts, made, later, labels)
    guests = guests_of(turn, row, facts, made)
    if not guests.people:
        return _nobody(turn, facts, later, start, labels)
    return _invitation(turn, facts, later, start, guests, labels, _their_word(made, later))


def _invitation(
    turn: Turn,
    facts: DealFacts,
    later: NextMeeting,
    start: datetime,
    guests: Guests,
    labels: frozenset[str],
    their_word: bool,
) -> Proposal:
    people, en = guests.people, turn.language == "en"
    language = "en" if all(one.language == "en" for one in people) else "zh"
    title = turn.say(f"{facts.deal.name} 沟通", f"{facts.deal.name}: next talk")
    args: dict[str, Any] = {
        "title": title,
        "starts_at": start.isoformat(),
        "minutes": later.minutes or MINUTES,
        "to": [{"name": one.name, "address": one.email} for one in people],
        "place": "",
        "language": language,
        "meeting_id": "",
        "cancel": False,
    }
    who = turn.say("、", ", ").join(f"{one.name} <{one.email}>" for one in people)
    shown = _moment(turn, later, start)
    head = turn.say(f"约会议:{title} · {shown} · {who}", f"Book a meeting: {title} · {shown} · {who}")
    notes = [one for one in (*_notes(turn, later, their_word), guests.why[en]) if one]
    return Proposal(
        kind="meeting",
        text="\n".join([head, *notes, *_letter(turn, args, start)]),
        action="book_meeting",
        args=args,
        labels={"to": CRM, "starts_at": labels, "title": CRM, "minutes": labels if later.minutes else CRM},
        said=later,
    )


def _letter(turn: Turn, args: dict[str, Any], start: datetime) -> list[str]:
    """The invitation word for word, as the effect will write it: whoever accepts has seen it."""
    until = start + timedelta(minutes=args["minutes"])
    payload = {**args, "method": meeting_text.REQUEST, "note": "", "sequence": 0}
    payload |= {"starts_at": start.isoformat(), "ends_at": until.isoformat()}
    mail = meeting_text.as_mail(payload, turn.desk.person.name, args["language"], moved=False)
    calendar = f"METHOD:{payload['method']} SEQUENCE:{payload['sequence']}"
    return [
        turn.say(f"主题:{mail['subject']}", f"Subject: {mail['subject']}"),
        mail["body"].rstrip(),
        turn.say(f"附日历邀请(.ics) {calendar}", f"With a calendar invitation (.ics) {calendar}"),
    ]


def _notes(turn: Turn, later: NextMeeting, their_word: bool) -> list[str]:
    """What was understood beyond the quote, each in a sentence."""
    found = [
        turn.say(f"前文 {one.speaker}:“{one.quote}”", f"Before, {one.speaker}: “{one.quote}”")
        for one in later.because
    ]
    if later.assumed:
        found.append(
            turn.say(f"没说上午还是下午,按 {later.at} 理解。", f"am or pm was not said; taken as {later.at}.")
        )
    if not later.minutes:
        found.append(
            turn.say(f"没说多久,按 {MINUTES} 分钟。", f"How long was not said; {MINUTES} minutes put down.")
        )
    if not their_word:
        found.append(turn.say("对方在通话里没有明确答应。", "The other side did not say yes in the call."))
    return found


def _their_word(made: Minutes, later: NextMeeting) -> bool:
    """Whether the customer agreed to it or named it themselves."""
    theirs = {one.name for one in made.attendees if one.side == "customer"}
    return later.agreed or later.speaker in theirs


def _to_settle(
    turn: Turn,
    row: Interaction,
    facts: DealFacts,
    made: Minutes,
    later: NextMeeting,
    labels: frozenset[str],
) -> Proposal:
    """Nobody makes up an hour: what is open is to be asked, before the day comes."""
    there = who_was_there(turn, row, facts, made)
    who = turn.say("、", ", ").join(one.name for one in there) or facts.account.name
    what = turn.say("、", ", ").join(turn.say(*OPEN_POINTS[one]) for one in later.unsettled)
    title = turn.say(
        f"和{who}确认下次会面{what}(通话里说的是“{later.quote}”)",
        f"Settle with {who} {what} of the next meeting (said in the call: “{later.quote}”)",
    )
    due = datetime.combine(_workday_before(date.fromisoformat(later.when_iso[:10])), DAY_ENDS, ZONE)
    return _task(turn, facts, later, title, due if due > turn.desk.now else None, labels)


def _nobody(
    turn: Turn, facts: DealFacts, later: NextMeeting, start: datetime, labels: frozenset[str]
) -> Proposal:
    shown = _moment(turn, later, start)
    title = turn.say(
        f"与{facts.account.name}会面 {shown}:本商机没有带邮箱的联系人,发不了会议邀请,请自行告知对方",
        f"Meet {facts.account.name} {shown}: no contact of this deal has an e-mail address, so no invitation can "
        "be sent; tell them yourself",
    )
    return _task(turn, facts, later, title, start, labels)


def _task(
    turn: Turn,
    facts: DealFacts,
    later: NextMeeting,
    title: str,
    due: datetime | None,
    labels: frozenset[str],
) -> Proposal:
    owner = facts.owner
    title = title[:300]
    when = f" · {due.astimezone(ZONE):%Y-%m-%d %H:%M}" if due else ""
    dated = labels if due else CRM
    return Proposal(
        kind="task",
        text=turn.say(f"任务({owner.name}):{title}{when}", f"Task ({owner.name}): {title}{when}"),
        action="create_task",
        args={"title": title, "due_at": due.isoformat() if due else "", "owner_id": owner.id},
        labels={"title": labels, "due_at": dated, "owner_id": CRM},
        said=later,
    )


def _start(later: NextMeeting) -> datetime | None:
    """The moment, where one day, one hour and whose clock were said."""
    if not later.at or not later.zone or "/" in later.when_iso:
        return None
    return datetime.combine(
        date.fromisoformat(later.when_iso), time.fromisoformat(later.at), zones.zone(later.zone)
    )


def _is_over(turn: Turn, later: NextMeeting) -> bool:
    start = _start(later)
    if start is not None:
        return start <= turn.desk.now
    today = turn.desk.now.astimezone(zones.zone(later.zone)).date()
    return date.fromisoformat(later.when_iso[-10:]) < today


def _moment(turn: Turn, later: NextMeeting, start: datetime) -> str:
    here = f"{start.astimezone(ZONE):%Y-%m-%d %H:%M}"
    if start.utcoffset() == start.astimezone(ZONE).utcoffset():
        return here
    there = f"{start:%Y-%m-%d %H:%M} {later.zone}"
    return turn.say(f"{here} 北京时间({there})", f"{here} Beijing time ({there})")


def _workday_before(day: date) -> date:
    before = day - timedelta(days=1)
    return before - timedelta(days=max(before.weekday() - 4, 0))
