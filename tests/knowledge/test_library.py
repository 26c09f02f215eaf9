"""Queries over a real SQLite file: row rights, people by what they are called, counts, conversations, drafts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel

from knowledge.library import (
    blueprints,
    conversations,
    customers,
    deals,
    interactions,
    people,
    suggestions,
)
from knowledge.library.names import name_entries
from knowledge.model import Identity, Message, Person, StageChange, Suggestion, Team
from knowledge.names import NameIndex
from knowledge.snapshot import deal_facts
from knowledge.store import Store
from tests.fakes.company import rows
from tests.fakes.company_history import NOW, ago, interaction, talk

TEAMS = (("t-east-1", "华东"), ("t-east-2", "华东"), ("t-south-1", "华南"))
EXTRA: dict[str, dict[str, Any]] = {
    "p-zhoumin": {"roles": ["director"], "region": "华东"},
    "p-linfang": {"roles": ["legal"]},
    "p-audit": {"roles": ["auditor"]},
    "p-gone": {"roles": ["rep"], "team_id": "t-east-1", "active": False},
    "p-lina2": {"roles": ["rep"], "team_id": "t-south-1", "name": "李娜", "email": "LN2@chengdan-demo.cn"},
}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A writing transaction over the small company."""
    store = Store(f"sqlite:///{tmp_path / 'library.db'}")
    SQLModel.metadata.create_all(store.engine)
    with store.session() as open_session:
        company = rows()
        open_session.add_all(Team(id=id_, name=id_, region=region) for id_, region in TEAMS)
        open_session.flush()
        for table in (company.people, company.products, company.accounts, company.contacts, company.deals):
            open_session.add_all(table)
            open_session.flush()
        for id_, values in EXTRA.items():
            open_session.add(Person(**{"id": id_, "name": id_, **values}))
        open_session.add_all(
            [*company.deal_contacts, *company.stages, *company.offers, *company.interactions]
        )
        open_session.flush()
        yield open_session
    store.close()


@pytest.mark.parametrize(
    ("person_id", "teams"),
    [
        ("p-lina", {"t-east-1"}),
        ("p-zhaolei", {"t-east-1"}),
        ("p-zhoumin", {"t-east-1", "t-east-2"}),
        ("p-linfang", {"t-east-1", "t-east-2", "t-south-1"}),
        ("p-audit", {"t-east-1", "t-east-2", "t-south-1"}),
        ("p-gone", set()),
    ],
)
def test_whose_rows_a_colleague_may_read(session: Session, person_id: str, teams: set[str]) -> None:
    who = people.person(session, person_id)
    assert who is not None
    assert people.visible_teams(session, who) == teams


def test_a_director_without_a_region_sees_no_region(session: Session) -> None:
    session.add(Team(id="t-none", name="无区域", region=""))
    nobody = Person(id="p-x", name="x", roles=["director"])
    assert people.visible_teams(session, nobody) == frozenset()


def test_people_by_id_mail_and_name(session: Session) -> None:
    assert [one.id for one in people.find_person(session, " P-LINA ")] == ["p-lina"]
    assert [one.id for one in people.find_person(session, "ln2@Chengdan-demo.cn")] == ["p-lina2"]
    assert [one.id for one in people.find_person(session, "李娜")] == ["p-lina", "p-lina2"]
    assert people.find_person(session, "p-gone") == []
    assert people.find_person(session, "") == []
    session.add(Identity(id="i1", person_id="p-gone", platform="wecom", external_id="gone"))
    session.add(Identity(id="i2", person_id="p-lina", platform="wecom", external_id="lina"))
    found = people.person_by_identity(session, "wecom", "lina")
    assert found is not None
    assert found.id == "p-lina"
    assert people.person_by_identity(session, "wecom", "gone") is None
    assert people.person_by_identity(session, "telegram", "lina") is None


def test_lists_hold_only_the_rows_of_the_given_teams(session: Session) -> None:
    east, south = frozenset({"t-east-1"}), frozenset({"t-south-1"})
    assert [one.id for one in deals.deals(session, east)] == ["D-001", "D-002", "D-003"]
    assert [one.id for one in deals.deals(session, east, stages=("won",), owner_id="p-lina")] == ["D-002"]
    assert [one.id for one in deals.deals(session, account_id="A-060")] == ["D-060"]
    assert [one.id for one in customers.accounts(session, south)] == ["A-060"]
    assert customers.contacts_of_teams(session, south) == []
    entries = name_entries(session, east)
    assert {one.id for one in entries if one.kind in ("deal", "account")} == {
        "D-001",
        "D-002",
        "D-003",
        "A-001",
        "A-002",
    }
    index = NameIndex(entries)
    assert index.resolve("仁心医院") == []
    assert [one.id for one in index.children("A-002", "deal")] == ["D-003", "D-002"]


def test_an_account_is_known_to_a_team_with_a_deal_there(session: Session) -> None:
    shared = deals.deal(session, "D-060")
    assert shared is not None
    shared.account_id = "A-001"
    session.flush()
    assert [one.id for one in customers.accounts(session, frozenset({"t-south-1"}))] == ["A-001", "A-060"]


def test_a_snapshot_has_everything_in_order_and_nothing_of_the_future(session: Session) -> None:
    session.add(StageChange(id="s9", deal_id="D-001", stage="commit", at=ago(-1)))
    session.add(interaction("I-999", "mail", -1, text="明天的邮件"))
    session.flush()
    facts = deal_facts(session, "D-001", NOW)
    assert facts is not None
    assert [one.id for one in facts.interactions] == ["I-002", "I-001"]
    assert [one.stage for one in facts.stages] == ["proposal", "negotiation"]
    assert [one.id for one in facts.contacts] == ["C-001", "C-002", "C-003"]
    assert (facts.account.id, facts.owner.id, facts.offers[0].id) == ("A-001", "p-lina", "O-001")
    assert deal_facts(session, "D-404", NOW) is None


def test_mails_and_silence_are_counted(session: Session) -> None:
    for number in range(3):
        session.add(interaction(f"M-{number}", "mail", 2 - number / 10, direction="outbound", text="跟进"))
    session.flush()
    assert interactions.mails_to_contact(session, "C-001", ago(7)) == 3
    assert interactions.mails_to_contact(session, "C-001", ago(1.85)) == 1
    assert interactions.mails_by_person(session, "p-lina", ago(7)) == 3
    assert interactions.unanswered_count(session, "D-001") == 3
    said = talk(("李娜", "rep", "在吗"), ("王建国", "customer", "在的"))
    session.add(interaction("M-5", "chat", 1.85, direction="outbound", **said))
    session.flush()
    assert interactions.unanswered_count(session, "D-001") == 1
    session.add(interaction("M-9", "mail", 0.5, direction="inbound", text="好的"))
    session.flush()
    assert interactions.unanswered_count(session, "D-001", "C-001") == 0
    assert [one.id for one in interactions.interactions(session, "D-001", limit=2)] == ["M-9", "M-2"]


def test_names_and_domains_of_customers(session: Session) -> None:
    assert customers.known_domains(session) == frozenset({"huadongmed.example.com"})
    assert customers.customer_names(session)["A-001"] == ("华东医疗器械有限公司", "华东医疗")
    assert [one.id for one in customers.contacts_by_email(session, "Liu.Min@HUADONGMED.example.com")] == [
        "C-002"
    ]
    assert customers.contacts_by_email(session, "%@huadongmed.example.com") == []


def test_a_line_is_stored_once_and_a_notice_given_once(session: Session) -> None:
    thread = conversations.open_conversation(session, "p-lina", "terminal", "t1", NOW)
    assert conversations.open_conversation(session, "p-lina", "terminal", "t1", NOW).id == thread.id
    assert conversations.open_conversation(session, "p-zhaolei", "terminal", "t1", NOW).id != thread.id
    for number in range(3):
        line = Message(
            conversation_id=thread.id, role="user", text=f"{number}", external_id=f"m{number}", at=NOW
        )
        assert conversations.add_message(session, line) is not None
    again = Message(conversation_id=thread.id, role="user", text="again", external_id="m1", at=NOW)
    assert conversations.add_message(session, again) is None
    assert [one.text for one in conversations.messages(session, thread.id, limit=2)] == ["1", "2"]
    conversations.save_focus(session, thread.id, {"deal_id": "D-001"})
    saved = conversations.conversation(session, thread.id)
    assert saved is not None
    assert saved.focus == {"deal_id": "D-001"}
    conversations.add_notice(session, "p-lina", "已批准", NOW)
    waiting = conversations.waiting_notices(session, "p-lina", NOW)
    conversations.mark_delivered(session, waiting, NOW)
    session.flush()
    assert [one.text for one in waiting] == ["已批准"]
    assert conversations.waiting_notices(session, "p-lina", NOW) == []


def test_a_proposal_is_kept_and_marked(session: Session) -> None:
    row = Suggestion(id="dr-1", kind="email", person_id="p-lina", deal_id="D-001", payload={"subject": "x"})
    suggestions.add_suggestion(session, row)
    suggestions.add_suggestion(session, Suggestion(id="dr-1", kind="email", person_id="p-lina", payload={}))
    suggestions.mark(session, "dr-1", "accepted", action_id="act-1")
    session.flush()
    assert [one.payload for one in suggestions.by_action(session, "act-1")] == [{"subject": "x"}]
    assert [one.status for one in suggestions.suggestions_of(session, "p-lina", kind="email")] == ["accepted"]
    assert suggestions.suggestions_of(session, "p-zhaolei") == []
    assert suggestions.mark(session, "dr-404", "accepted") is None


def test_nothing_published_means_none(session: Session) -> None:
    assert blueprints.active(session, "playbook", "default") is None


def test_what_a_conversation_has_read_only_grows(session: Session) -> None:
    made = conversations.open_conversation(session, "p-lina", "t", "x", NOW)
    for focus in ({"read": ["web_form"], "deal_id": "D-1"}, {"read": ["inbound_mail"]}, {"intent": "recall"}):
        conversations.save_focus(session, made.id, focus)
    assert made.focus == {"intent": "recall", "read": ["inbound_mail", "web_form"]}
