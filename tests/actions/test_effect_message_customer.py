"""Chat messages to customers: read like a mail, confirmed by the seller, written once whatever is repeated."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.cards import card_of
from actions.effect import Hands
from actions.gateways.messages import CustomerMessage, MessageOutbox
from knowledge.model import Contact, Interaction
from tests.fakes.clock import WORKING_MORNING
from tests.fakes.deeds import GUESSED, TYPED, row, told, wish
from tests.fakes.firm import Firm

LABELS = {"contact_id": frozenset({"crm_record"}), "body": TYPED, "tool": TYPED}
HELLO = "王总，周四下午三点的会照常。"


def message(firm: Firm, body: str = HELLO, key: str = "k1", labels: Any = LABELS, **args: Any) -> Outcome:
    return wish(firm, "message_customer", {"contact_id": "C-1", "body": body} | args, key=key, labels=labels)


def written(firm: Firm) -> list[dict[str, Any]]:
    folder = firm.outbox / "messages"
    return (
        [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.jsonl"))]
        if folder.exists()
        else []
    )


def send(firm: Firm, outcome: Outcome) -> None:
    firm.approve("p-lina", outcome.code)
    firm.clock.pass_(121)
    firm.performer.tick()


def test_the_seller_confirms_and_two_minutes_later_it_is_out(firm: Firm) -> None:
    outcome = message(firm)
    assert outcome.approvers == ("p-lina",)
    assert firm.approve("p-lina", outcome.code).state is State.SCHEDULED
    firm.clock.pass_(60)
    firm.performer.tick()
    assert written(firm) == []
    firm.clock.pass_(61)
    firm.performer.tick()
    (line,) = written(firm)
    assert (line["contact_id"], line["to_name"], line["text"], line["sender_id"]) == (
        "C-1",
        "王建国",
        HELLO,
        "p-lina",
    )
    assert line["message_id"] == f"<{outcome.action_id}@us.example.cn>"
    with firm.store.reading() as session:
        (said,) = session.exec(select(Interaction)).all()
    assert (said.kind, said.direction, said.contact_id, said.text) == ("chat", "outbound", "C-1", HELLO)


def test_inside_the_window_it_is_taken_back(firm: Firm) -> None:
    outcome = message(firm)
    firm.approve("p-lina", outcome.code)
    firm.clock.pass_(119)
    assert firm.approvals.undo("p-lina", outcome.code).state is State.UNDONE
    firm.clock.pass_(60)
    firm.performer.tick()
    assert written(firm) == []


def test_after_it_went_out_it_cannot_be(firm: Firm) -> None:
    outcome = message(firm)
    send(firm, outcome)
    assert "无法撤回" in firm.approvals.undo("p-lina", outcome.code).reason


@pytest.mark.parametrize(
    ("body", "rule", "state"),
    [
        ("总价 98 万元", "price-off-offer", State.PENDING),
        ("给您 12% 的折扣", "discount-manager", State.PENDING),
        ("我们保证下周一交付", "commitment", State.PENDING),
        ("底价 100 万元", "leak-floor", State.DENIED),
        ("仁心医院也买了", "leak-other-customer", State.DENIED),
    ],
)
def test_its_words_are_judged_like_a_mails(firm: Firm, body: str, rule: str, state: State) -> None:
    outcome = message(firm, body)
    assert outcome.state is state
    assert rule in [one["id"] for one in row(firm, outcome).decision["rules"]]


def test_mails_and_messages_count_together(firm: Firm) -> None:
    with firm.store.session() as session:
        for n in range(3):
            kind = "mail" if n else "chat"
            session.add(
                Interaction(
                    id=f"I-{n}", kind=kind, at=firm.clock() - timedelta(days=1, hours=n), contact_id="C-1", deal_id="D-2",
                    person_id="p-lina", direction="out",
                )
            )  # fmt: skip
    outcome = message(firm)
    assert row(firm, outcome).facts["mails_to_contact_7d"] == 4
    assert "p-zhao" in outcome.approvers


def test_three_unanswered_and_we_stop_here_too(firm: Firm) -> None:
    with firm.store.session() as session:
        for n in range(3):
            at = firm.clock() - timedelta(days=20 + n)
            session.add(
                Interaction(id=f"I-{n}", kind="chat", at=at, deal_id="D-1", contact_id="C-1", direction="out")
            )
    assert message(firm).state is State.DRAFT_ONLY


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"contact_id": "C-3"}, "不是这个客户的联系人"),
        ({"contact_id": "C-404"}, "不是这个客户的联系人"),
        ({"contact_id": "evil@example.org"}, "不是这个客户的联系人"),
        ({"body": " \n "}, "没有内容"),
        ({"body": "x" * 2001}, "body"),
        ({"to": "evil@example.org"}, "to"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(firm: Firm, args: dict[str, Any], words: str) -> None:
    outcome = message(firm, **args)
    assert (outcome.action_id, outcome.status) == ("", Status.REFUSED)
    assert words in outcome.reason


def test_a_contact_who_left_the_customer_gets_nothing(firm: Firm) -> None:
    outcome = message(firm)
    firm.approve("p-lina", outcome.code)
    with firm.store.session() as session:
        session.get_one(Contact, "C-1").account_id = "A-3"
    firm.clock.pass_(121)
    firm.performer.tick()
    assert row(firm, outcome).state == State.DENIED
    assert written(firm) == []
    assert any("拦下" in notice for notice in told(firm, "p-lina"))


def test_a_contact_without_an_address_can_be_written_to(firm: Firm) -> None:
    with firm.store.session() as session:
        session.get_one(Contact, "C-1").email = ""
    outcome = message(firm)
    assert row(firm, outcome).facts["recipient_class"] == "contact_on_deal"


def test_words_a_model_wrote_are_marked_in_the_history(firm: Firm) -> None:
    outcome = message(firm, labels={"body": GUESSED, "tool": TYPED})
    send(firm, outcome)
    with firm.store.reading() as session:
        (said,) = session.exec(select(Interaction)).all()
    assert said.provenance == "llm_inferred"


def test_without_a_platform_nothing_is_sent(firm: Firm) -> None:
    firm.gate.hands = Hands(mail=firm.gate.hands.mail, files=firm.gate.hands.files)
    outcome = message(firm)
    send(firm, outcome)
    assert row(firm, outcome).state == State.FAILED
    assert "没有接入聊天平台" in row(firm, outcome).result["detail"]


def test_twice_is_once_and_a_replay_writes_nothing(firm: Firm) -> None:
    first = message(firm)
    assert message(firm).action_id == first.action_id
    send(firm, first)
    firm.performer.tick()
    assert len(written(firm)) == 1


def test_an_edit_is_judged_anew(firm: Firm) -> None:
    outcome = message(firm)
    changed = firm.approvals.edit("p-lina", outcome.code, {"body": "给您 12% 的折扣"})
    assert changed.approvers == ("p-zhao",)


def test_the_card_shows_who_and_what(firm: Firm) -> None:
    outcome = message(firm)
    with firm.store.reading() as session:
        card = card_of(session, row(firm, outcome))
    assert card.headline == "给 王建国 发聊天消息"
    assert card.body == HELLO
    assert [(one.name, one.badge) for one in card.recipients] == [("王建国", "本商机联系人")]


class TestTheOutbox:
    ONE = CustomerMessage(
        message_id="<act-1@us.example.cn>", contact_id="C-1", to_name="王建国", text="您好", sender_id="p-lina",
        sender_name="李娜", at=WORKING_MORNING,
    )  # fmt: skip

    def test_the_same_message_twice_keeps_the_first(self, tmp_path: Path) -> None:
        from dataclasses import replace

        outbox = MessageOutbox(tmp_path / "messages")
        first = outbox.send(self.ONE)
        second = outbox.send(replace(self.ONE, text="别的"))
        assert (first.status, second.status, first.reference) == ("sent", "sent", second.reference)
        assert "先前已写入" in second.detail
        assert json.loads(Path(first.reference).read_text("utf-8"))["text"] == "您好"
        assert [path.name for path in (tmp_path / "messages").iterdir()] == ["act-1@us.example.cn.jsonl"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"message_id": "../../x"},
            {"text": " "},
            {"text": "a\x00b"},
            {"contact_id": ""},
            {"text": "x" * 2001},
        ],
    )
    def test_what_cannot_be_sent_is_refused(self, tmp_path: Path, wrong: dict[str, str]) -> None:
        from dataclasses import replace

        assert MessageOutbox(tmp_path).send(replace(self.ONE, **wrong)).status == "refused"  # type: ignore[arg-type]
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "messages").write_text("a file")
        delivery = MessageOutbox(tmp_path / "messages").send(self.ONE)
        assert delivery.status == "failed"
        assert "写不进" in delivery.detail
        assert str(tmp_path) in MessageOutbox(tmp_path).describe()
