"""What does not exist and what may not be seen give byte-identical answers, at every door a person or a model has."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import delete, or_
from sqlalchemy import select as sa_select
from sqlmodel import SQLModel, col, select

from actions.action import ActionRequest
from actions.tables import Action
from agents.skill import Skill, Turn
from agents.skills import SKILLS
from bot.commands import COMMANDS
from bot.inbox import Inbox
from bot.messages import Inbound
from bot.wiring import House
from knowledge.model import Account, Contact, Deal, Interaction, Person, Suggestion

ASKER, OTHER = "p-lina", "p-wuting"
FORBIDDEN_DEAL = "D-060"


@dataclass(frozen=True)
class Pair:
    """A thing of another team, and a thing of nobody, called as alike as can be."""

    kind: str
    forbidden: str
    unknown: str


@pytest.fixture
def pairs(demo_house: House) -> list[Pair]:
    house = demo_house
    made = house.desk(_person(house, OTHER), "", "t", "zh")
    outcome = made.submit(
        ActionRequest(
            action="send_email",
            args={
                "to": [{"name": "", "address": "someone@elsewhere.example.org"}],
                "subject": "内部报价 560 万",
                "body": "总价 560 万元。",
            },
            resource_id=FORBIDDEN_DEAL,
            on_behalf_of=OTHER,
            labels={},
            idempotency_key="other-team",
        )
    )
    draft = made.save_draft("email", FORBIDDEN_DEAL, {"subject": "秘密"})
    with house.store.reading() as session:
        deal = session.get_one(Deal, FORBIDDEN_DEAL)
        contact = session.exec(select(Contact).where(Contact.account_id == deal.account_id)).first()
        talk = session.exec(select(Interaction).where(Interaction.deal_id == deal.id)).first()
    assert contact is not None
    assert talk is not None
    return [
        Pair("deal", deal.id, "D-999"),
        Pair("account", deal.account_id, "A-999"),
        Pair("contact", contact.id, _like(contact.id)),
        Pair("interaction", talk.id, _like(talk.id)),
        Pair("action", outcome.action_id, _like(outcome.action_id)),
        Pair("code", outcome.code, "ZZZ9"),
        Pair("draft", draft.id, _like(draft.id)),
        Pair("name", "仁心医院", "乌有医院"),
        Pair("mail", contact.email or "sun@rx.example.com", "nobody@nowhere.example"),
    ]


def _like(id_: str) -> str:
    """An id of the same length with other figures and letters of the same kinds; nobody's."""
    return "".join(
        str((int(char) + 7) % 10)
        if char.isdigit()
        else "fedcba"["abcdef".index(char)]
        if char in "abcdef" and number > 3
        else char
        for number, char in enumerate(id_)
    )


def _person(house: House, person_id: str) -> Person:
    with house.store.reading() as session:
        return session.get_one(Person, person_id)


def _same(forbidden: Any, unknown: Any, pair: Pair) -> bool:
    return repr(forbidden).replace(pair.forbidden, "X") == repr(unknown).replace(pair.unknown, "X")


def test_the_desk_answers_none_to_both(demo_house: House, pairs: list[Pair]) -> None:
    desk = demo_house.desk(_person(demo_house, ASKER), "", "t", "zh")
    for pair in pairs:
        for ask in (
            desk.deal,
            desk.account,
            desk.contact,
            desk.interaction,
            desk.card,
            desk.explain,
            desk.draft,
        ):
            assert ask(pair.forbidden) is None, (pair, ask)
            assert ask(pair.unknown) is None, (pair, ask)
        for kind in ("deal", "account", "contact", "offer", "paper", "task", "mail", "call", "action"):
            assert not desk.still_sees(kind, pair.forbidden), (pair, kind)
            assert not desk.still_sees(kind, pair.unknown), (pair, kind)


def test_a_wish_about_either_gets_the_same_answer_and_leaves_nothing(
    demo_house: House, pairs: list[Pair]
) -> None:
    desk = demo_house.desk(_person(demo_house, ASKER), "", "t", "zh")
    from actions.effects import EFFECTS

    for name in EFFECTS:
        for pair in pairs:
            asked = [
                desk.submit(
                    ActionRequest(
                        action=name,
                        args={},
                        resource_id=which,
                        on_behalf_of=ASKER,
                        labels={},
                        idempotency_key=uuid.uuid4().hex,
                    )
                )
                for which in (pair.forbidden, pair.unknown)
            ]
            assert _same(*asked, pair), (name, pair)
    with demo_house.store.reading() as session:
        assert not session.exec(select(Action).where(Action.requester_id == ASKER)).all()


COMMAND_FORMS = (
    "/show {}", "/why {}", "/approve {}", "/reject {} 不行", "/reject {}", "/undo {}", "/edit {} subject=x", "/edit {}",
    "/source {}", "/nudge {}", "/handover {} 赵磊", "/handover {} p-zhaolei", "/approve {} 1234", "批准 {}", "驳回 {} 不行", "撤回 {}",
    "/settle {} sent", "/settle {}", "/fetch {}", "/done {}",
    "/mark {} next_step 1", "/note {} 记一句", "/explain score {}", "/explain {}", "/stage set {} x=1",
    "/serious {} 出了问题", "/complaint {} 客户投诉", "/wrong {} 数字不对", "/did {} as_is",
)  # fmt: skip


def _said(house: House, text: str) -> str:
    inbound = Inbound(
        channel="t", person_id=ASKER, thread=uuid.uuid4().hex, text=text, external_id=uuid.uuid4().hex
    )
    reply = Inbox(house).handle(inbound)
    return reply.text + repr(reply.answer) + repr(reply.notices)


def test_every_command_that_takes_a_reference_answers_both_alike(
    demo_house: House, pairs: list[Pair]
) -> None:
    with_reference = {form.split()[0].lstrip("/") for form in COMMAND_FORMS if form.startswith("/")}
    free = {
        "approvals",
        "actions",
        "as",
        "help",
        "quit",
        "exit",
        "delegate",
        "figures",
        "stop",
        "resume",
        "tasks",
        "ownmood",
    }
    assert set(COMMANDS) - free <= with_reference, "a new command needs a form here"
    for pair in pairs:
        if pair.kind in ("name", "mail"):
            continue
        for form in COMMAND_FORMS:
            forbidden, unknown = (
                _said(demo_house, form.format(which)) for which in (pair.forbidden, pair.unknown)
            )
            assert _same(forbidden, unknown, pair), (form, pair, forbidden, unknown)


FREE_TEXT = {"query", "objection", "subject", "body", "text", "words", "note"}
"""Arguments that are searched or written as words and name no row; test_rights says what they must not find."""


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: str(skill.name))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_argument_of_every_skill_answers_both_alike(
    demo_house: House, pairs: list[Pair], skill: Skill, language: str
) -> None:
    desk = demo_house.desk(_person(demo_house, ASKER), "", "t", language)
    for name in set(skill.arguments.model_fields) - FREE_TEXT:
        for pair in pairs:
            told = [_run(skill, desk, language, name, which) for which in (pair.forbidden, pair.unknown)]
            if told[0] is not None and told[1] is not None:
                assert _same(*told, pair), (skill.name, name, pair, told)


def _run(skill: Skill, desk: Any, language: str, field: str, value: str) -> Any:
    turn = Turn(desk=desk, text=value, language=language)
    arguments = _arguments(skill.arguments, field, value)
    if arguments is None:
        return None
    text = skill.run(turn, arguments)
    return (text, turn.sources, turn.outcomes, turn.suggestions, turn.focus)


def _arguments(model: type[BaseModel], field: str, value: str) -> BaseModel | None:
    """The arguments with the value in one field, as a word or as the only one of a list; None where it fits neither."""
    required = {name: "x" for name, info in model.model_fields.items() if info.is_required()}
    for given in (value, [value]):
        try:
            return model.model_validate(required | {field: given})
        except ValidationError:
            continue
    return None


QUESTIONS = (
    "{}现在什么情况?",
    "给{}写封跟进邮件",
    "{}谁负责",
    "what is the status of {}?",
    "{}的报价是多少",
    "为什么{}被拒绝",
    "{}",
)


def test_the_same_words_get_the_same_answer_in_a_world_without_those_rows(
    demo_house: House, pairs: list[Pair]
) -> None:
    """Non-interference: every question, command and skill says word for word the same once the foreign rows are gone."""
    asked = [form.format(pair.forbidden) for pair in pairs for form in (*QUESTIONS, *COMMAND_FORMS)]
    before = {text: _said(demo_house, text) for text in asked}
    wished = [_wish(demo_house, name, pair) for pair in pairs for name in _effects()]
    ran = _run_all(demo_house, pairs)
    _forget(demo_house)
    for text in asked:
        assert _said(demo_house, text) == before[text], text
    assert [_wish(demo_house, name, pair) for pair in pairs for name in _effects()] == wished
    assert _run_all(demo_house, pairs) == ran


def _effects() -> list[str]:
    from actions.effects import EFFECTS

    return sorted(EFFECTS)


def _wish(house: House, name: str, pair: Pair) -> str:
    request = ActionRequest(
        action=name,
        args={},
        resource_id=pair.forbidden,
        on_behalf_of=ASKER,
        labels={},
        idempotency_key=uuid.uuid4().hex,
    )
    return repr(house.desk(_person(house, ASKER), "", "t", "zh").submit(request))


def _run_all(house: House, pairs: list[Pair]) -> list[str]:
    """Every skill with the foreign reference in every argument, free text included."""
    desk = house.desk(_person(house, ASKER), "", "t", "zh")
    return [
        repr(_run(skill, desk, "zh", name, pair.forbidden))
        for pair in pairs
        for skill in SKILLS
        for name in sorted(skill.arguments.model_fields)
    ]


def _forget(house: House) -> None:
    """Take the foreign customer out of the world with every row that hangs on it, whichever tables there are: the rows, not
    the index, whose hits are confirmed in the rows."""
    gone: dict[tuple[str, str], set[Any]] = {}
    with house.store.session() as session:
        account = session.get_one(Deal, FORBIDDEN_DEAL).account_id
        actions = session.exec(
            select(Action.id).where(
                col(Action.resource_id).in_(select(Deal.id).where(Deal.account_id == account))
            )
        ).all()
        tables, rows = SQLModel.metadata.sorted_tables, {}
        for table in tables:
            hanging = [
                column.in_(gone[key.column.table.name, key.column.name])
                for column in table.columns
                for key in column.foreign_keys
                if gone.get((key.column.table.name, key.column.name))
            ]
            if table.name in ("account", "action"):
                hanging.append(table.c.id.in_([account] if table.name == "account" else actions))
            if hanging:
                rows[table.name] = or_(*hanging)
                for column in table.primary_key:
                    found = session.execute(sa_select(column).where(rows[table.name]))
                    gone[table.name, column.name] = {*found.scalars()}
        for table in reversed(tables):
            if table.name in rows:
                session.execute(delete(table).where(rows[table.name]))


def test_a_source_once_shown_is_gone_when_the_right_is(demo_house: House) -> None:
    thread, house = uuid.uuid4().hex, demo_house

    def say(text: str) -> str:
        inbound = Inbound(
            channel="t", person_id=ASKER, thread=thread, text=text, external_id=uuid.uuid4().hex
        )
        return Inbox(house).handle(inbound).text

    say("华东医疗现在什么情况?")
    before = say("/source")
    assert "[1]" in before
    with house.store.session() as session:
        session.get_one(Person, ASKER).team_id = None
        for deal in session.exec(select(Deal).where(Deal.owner_id == ASKER)):
            deal.owner_id = "p-zhaolei"
        for account in session.exec(select(Account).where(Account.owner_id == ASKER)):
            account.owner_id = "p-zhaolei"
    assert say("/source") == "上一条回答没有这个来源。"


def test_drafts_are_their_writers_alone(demo_house: House, pairs: list[Pair]) -> None:
    with demo_house.store.reading() as session:
        drafts = session.exec(select(Suggestion).where(Suggestion.person_id == OTHER)).all()
    for who in ("p-lina", "p-zhaolei", "p-zhoumin"):
        desk = demo_house.desk(_person(demo_house, who), "", "t", "zh")
        assert not [draft.id for draft in drafts if desk.draft(draft.id)]
