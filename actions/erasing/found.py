"""Every row in which a person stands, and what is left of each: computed before anything is written, so that it can be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlmodel import Session, col, or_, select

from actions.action import canonical
from actions.tables import Action, Approval, Incident
from knowledge.model import (
    Account,
    Contact,
    Conversation,
    Identity,
    Interaction,
    Lead,
    LeadTouch,
    Meeting,
    Message,
    Notice,
    Paper,
    Person,
    Suggestion,
    Task,
)

from . import derived, journey, kept
from .change import CLEANED, EMPTIED, REMOVED, Found
from .places import is_foreign, is_near, rows_about
from .redactor import MARK
from .spoken import cleaned, emptied, is_theirs
from .sweep_columns import columns_of, rows_with, tables
from .whom import Whom, concerns, named


def find_everything(session: Session, whom: Whom, but: str = "") -> list[Found]:
    """All of it, each row once; `but` is the action that erases."""
    found: dict[int, Found] = {}
    for part in _PARTS:
        for one in part(session, whom):
            if not (isinstance(one.row, Action) and one.row.id == but):
                found.setdefault(id(one.row), one)
    for one in _everywhere(session, whom, {id(one.row) for one in found.values()}):
        if getattr(one.row, "id", "") != but:
            found.setdefault(id(one.row), one)
    return [one for one in found.values() if one.changes]


def _themselves(session: Session, whom: Whom) -> Iterator[Found]:
    nobody: dict[str, Any] = {"name": MARK, "email": "", "phone": ""}
    for contact in session.exec(select(Contact).where(col(Contact.id).in_(whom.contact_ids))):
        yield Found(
            contact,
            EMPTIED,
            nobody | {"title": "", "department": "", "influence": "", "marketing_consent": False},
        )
    for lead in session.exec(select(Lead).where(col(Lead.id).in_(whom.lead_ids))):
        yield Found(lead, EMPTIED, nobody | {"company": "", "extra": {}})
    for touch in session.exec(select(LeadTouch).where(col(LeadTouch.lead_id).in_(whom.lead_ids))):
        yield Found(touch, EMPTIED, {"text": ""})
    for account in session.exec(select(Account).where(col(Account.id).in_(whom.account_ids))):
        yield Found(account, EMPTIED, {"name": MARK, "aliases": [], "domains": [], "city": "", "extra": {}})
    if whom.person_id:
        person = session.get_one(Person, whom.person_id)
        yield Found(person, EMPTIED, {"name": MARK, "email": "", "title": "", "roles": [], "active": False})
        for identity in session.exec(select(Identity).where(Identity.person_id == whom.person_id)):
            yield Found(identity, REMOVED)


def _recordings(session: Session, whom: Whom) -> Iterator[Found]:
    touched = [
        row.id
        for one in _interactions(session, whom)
        if isinstance(row := one.row, Interaction) and one.changes
    ]
    yield from kept.recordings(session, touched)


def _versions(session: Session, whom: Whom) -> Iterator[Found]:
    talks = {
        row.id: (row, one.how)
        for one in _interactions(session, whom)
        if isinstance(row := one.row, Interaction)
    }
    yield from kept.versions(session, whom, talks)


def _interactions(session: Session, whom: Whom) -> Iterator[Found]:
    theirs = or_(
        col(Interaction.contact_id).in_(whom.contact_ids),
        col(Interaction.account_id).in_(whom.near_accounts),
        col(Interaction.deal_id).in_(whom.near_deals),
        Interaction.person_id == (whom.person_id or "-"),
    )
    rows = {row.id: row for row in session.exec(select(Interaction).where(theirs))}
    rows |= {row.id: row for row in rows_with(session, Interaction, whom.sure)}
    for _, row in sorted(rows.items()):
        if is_theirs(row, whom):
            yield Found(row, EMPTIED, emptied(row))
            continue
        redactor = whom.elsewhere if is_foreign(row, whom) else whom.redactor
        yield Found(row, CLEANED, cleaned(row, whom, redactor, near=is_near(row, whom)))


def _talk(session: Session, whom: Whom) -> Iterator[Found]:
    """Lines of our own chat that mention them, with the answer; in a talk about them the near ways count as well."""
    hit = {row.conversation_id for row in rows_with(session, Message, whom.sure)}
    for conversation in session.exec(select(Conversation)):
        focus = conversation.focus
        about = {str(focus.get(key)) for key in ("deal_id", "account_id", "contact_id")}
        if conversation.id not in hit and not about & (
            whom.near_deals | whom.near_accounts | whom.contact_ids
        ):
            continue
        lines = select(Message).where(Message.conversation_id == conversation.id)
        for row in session.exec(lines.order_by(col(Message.id))):
            if whom.redactor.touches(row.text, near=True) or _cites(row.answer, whom):
                yield Found(row, EMPTIED, {"text": MARK, "answer": {}})
        if whom.redactor.touches_value(focus, near=True):
            yield Found(conversation, CLEANED, {"focus": whom.redactor.clean_value(focus, near=True)})
    if whom.person_id:
        own = select(Message).join(Conversation, col(Conversation.id) == Message.conversation_id)
        for row in session.exec(own.where(Conversation.person_id == whom.person_id)):
            yield Found(row, EMPTIED, {"text": MARK, "answer": {}})


def _cites(answer: dict[str, Any], whom: Whom) -> bool:
    text = canonical(answer)
    return whom.redactor.touches(text, near=True) or any(f'"{one}"' in text for one in whom.ids())


def _drafts(session: Session, whom: Whom) -> Iterator[Found]:
    for row in session.exec(select(Suggestion)):
        own = row.deal_id in whom.deal_ids or row.lead_id in whom.lead_ids
        own = own or row.person_id == (whom.person_id or "-")
        near = row.deal_id in whom.near_deals
        if own or named(whom, canonical(row.payload)) or whom.redactor.touches_value(row.payload, near=near):
            yield Found(row, EMPTIED, {"payload": {"erased": True}})


def _papers(session: Session, whom: Whom) -> Iterator[Found]:
    nothing: dict[str, Any] = {
        "title": MARK,
        "fields": {},
        "sources": [],
        "clauses": [],
        "docx_sha256": "",
        "pdf_sha256": "",
    }
    for row in session.exec(select(Paper)):
        held = [row.title, row.fields, row.sources, row.clauses]
        near = row.deal_id in whom.near_deals
        if row.deal_id in whom.deal_ids or whom.redactor.touches_value(held, near=near):
            yield Found(row, EMPTIED, nothing)


def _work(session: Session, whom: Whom) -> Iterator[Found]:
    for task in session.exec(select(Task).where(col(Task.deal_id).in_(whom.deal_ids))):
        yield Found(task, EMPTIED, {"title": MARK})
    for meeting in session.exec(select(Meeting)):
        values = _without(meeting, whom)
        if values:
            yield Found(meeting, CLEANED, values)


def _without(row: Meeting, whom: Whom) -> dict[str, Any]:
    """What changes of a meeting: they are no guest any more, and no word of them stays."""
    redactor, near = (
        whom.elsewhere if is_foreign(row, whom) else whom.redactor,
        row.deal_id in whom.near_deals,
    )
    values: dict[str, Any] = {
        "attendees": [
            one
            for one in row.attendees
            if one.get("contact_id") not in whom.contact_ids and not redactor.touches_value(one, near=near)
        ],
        "title": redactor.clean(row.title, near=near),
        "place": redactor.clean(row.place, near=near),
    }
    if row.deal_id in whom.deal_ids:
        values = {"attendees": [], "title": MARK, "place": ""}
    return {name: value for name, value in values.items() if value != getattr(row, name)}


def _actions(session: Session, whom: Whom) -> Iterator[Found]:
    """Actions about them keep their history and lose their content; what was said to them and of them goes too."""
    erased = [row for row in session.exec(select(Action)) if row.erased_at is None and concerns(row, whom)]
    for row in erased:
        kept = {name: value for name, value in row.decision.items() if name != "fault"}
        yield Found(row, EMPTIED, {"payload": "", "salt": "", "result": _told(row), "decision": kept})
    ids = [row.id for row in erased]
    for vote in session.exec(select(Approval).where(col(Approval.action_id).in_(ids), Approval.reason != "")):
        yield Found(vote, EMPTIED, {"reason": MARK})
    for incident in session.exec(
        select(Incident).where(col(Incident.action_id).in_(ids), Incident.note != "")
    ):
        yield Found(incident, EMPTIED, {"note": MARK})
    for notice in session.exec(select(Notice).where(col(Notice.action_id).in_(ids))):
        yield Found(notice, EMPTIED, {"text": MARK})
    if whom.person_id:
        for notice in session.exec(select(Notice).where(Notice.person_id == whom.person_id)):
            yield Found(notice, EMPTIED, {"text": MARK})


def _told(row: Action) -> dict[str, Any]:
    """Of a result only what names nobody: where a file lies is taken out with the file."""
    return {"detail": "内容已按要求删除 / the content was erased on request"} if row.result else {}


def _everywhere(session: Session, whom: Whom, done: set[int]) -> Iterator[Found]:
    """Any other row with a name, address or number of theirs in any text column; rows about them lose the near ways too."""
    for table in tables():
        names = columns_of(table)
        rows = {id(row): row for row in rows_with(session, table, whom.sure)}
        rows |= {id(row): row for row in rows_about(session, table, whom)}
        for row in rows.values():
            if id(row) in done:
                continue
            redactor = whom.elsewhere if is_foreign(row, whom) else whom.redactor
            values = {
                name: redactor.clean_value(getattr(row, name), near=is_near(row, whom)) for name in names
            }
            changed = {name: value for name, value in values.items() if value != getattr(row, name)}
            if changed:
                yield Found(row, CLEANED, changed)


_PARTS: tuple[Callable[[Session, Whom], Iterator[Found]], ...] = (
    _themselves,
    _interactions,
    kept.files,
    _recordings,
    _versions,
    _talk,
    kept.pages,
    _drafts,
    _papers,
    _work,
    journey.journeys,
    derived.derived,
    _actions,
)
