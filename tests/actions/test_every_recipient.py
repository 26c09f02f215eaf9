"""Through the gate: who gets a mail is shown as it is, and nobody gets in under another's face."""

from __future__ import annotations

from typing import Any

from actions.action import Outcome
from actions.cards import card_of
from actions.sight import find
from bot.cards import card_text
from knowledge.model import Person
from tests.fakes.firm import Firm


def _send(firm: Firm, address: str, name: str = "", key: str = "k1", **changes: Any) -> Outcome:
    return firm.send(key, to=[{"name": name, "address": address}], **changes)


def _rules(firm: Firm, outcome: Outcome) -> set[str]:
    with firm.store.reading() as session:
        action = find(session, outcome.action_id)
        return {rule["id"] for rule in action.decision["rules"]} if action else set()


def _card(firm: Firm, outcome: Outcome) -> str:
    with firm.store.reading() as session:
        action = find(session, outcome.action_id)
        assert action is not None
        return card_text(card_of(session, action))


def test_a_stranger_under_a_contacts_name_is_shown_by_address_alone(firm: Firm) -> None:
    card = _card(firm, _send(firm, "x@evil.example", "王建国"))
    assert "王建国" not in card.split("主题")[0]
    assert "x@evil.example" in card


def test_an_address_in_a_display_name_is_not_shown(firm: Firm) -> None:
    card = _card(firm, _send(firm, "x@evil.example", "wang@hd.example.com"))
    assert "wang@hd.example.com" not in card
    assert "陌生域名" in card


def test_who_imitates_a_contact_is_refused(firm: Firm) -> None:
    outcome = _send(firm, "vvang@hd.example.com")
    assert outcome.state == "denied"
    assert "recipient-refused" in _rules(firm, outcome)


def test_who_imitates_a_colleague_is_refused(firm: Firm) -> None:
    assert _send(firm, "1ina@us.example.cn").state == "denied"


def test_a_box_of_our_own_that_is_nobodys_is_no_colleague(firm: Firm) -> None:
    assert "recipient-not-contact" in _rules(firm, _send(firm, "somebody@us.example.cn"))
    assert _rules(firm, _send(firm, "chen@us.example.cn", key="k2")) == {"message-own"}
    with firm.store.session() as session:
        session.get_one(Person, "p-chen").active = False
    assert "recipient-not-contact" in _rules(firm, _send(firm, "chen@us.example.cn", key="k3"))


def test_every_copy_is_on_the_card_and_an_international_domain_as_it_looks(firm: Firm) -> None:
    outcome = firm.send(cc=[{"name": "", "address": f"x{n}@例子{n}.公司"} for n in range(9)])
    card = _card(firm, outcome)
    assert card.count("收件人:") == 10
    assert "例子8.公司" in card


def test_a_turned_subject_is_written_out_and_waits_for_its_sender(firm: Firm) -> None:
    outcome = firm.send(subject="报价\u202e确认")
    assert outcome.state == "pending"
    assert "content-not-routine" in _rules(firm, outcome)
    card = _card(firm, outcome)
    assert "⟨U+202E⟩" in card
    assert "\u202e" not in card


def test_hidden_words_in_the_body_wait_for_their_sender(firm: Firm) -> None:
    outcome = firm.send(body="您好\u200b,周三见", template_text="")
    assert "content-not-routine" in _rules(firm, outcome)


def test_an_attachment_whose_name_turns_around_never_goes(firm: Firm) -> None:
    sha = firm.gate.hands.files.keep(b"hello", ".txt")
    file = {"name": "报价\u202etxt.exe", "sha256": sha, "size": 5, "content_type": "text/plain"}
    outcome = firm.send(attachments=[file])
    assert outcome.state == "denied"
    assert "⟨U+202E⟩" in _card(firm, outcome)
