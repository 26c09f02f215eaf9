"""What rides along with a yes: the manager is told of key accounts, and shown a sample of what nobody else approved."""

from __future__ import annotations

from sqlmodel import select

from actions.obligations import SAMPLE
from actions.tables import Action
from knowledge.model import Account, Notice
from tests.fakes.firm import Firm


def _told(firm: Firm) -> list[Notice]:
    with firm.store.reading() as session:
        return list(session.exec(select(Notice).where(Notice.kind == "obligation")))


def test_what_went_to_a_key_account_is_told_to_the_manager(firm: Firm) -> None:
    with firm.store.session() as session:
        account = session.get_one(Account, "A-1")
        account.tier = "A"
        session.add(account)
    outcome = firm.send("k")
    assert _told(firm) == [], "not before it is done"
    firm.clock.pass_(121)
    firm.performer.tick()
    told = [n for n in _told(firm) if "重点客户" in n.text]
    assert [(n.person_id, n.action_id) for n in told] == [("p-zhao", outcome.action_id)]


def test_about_one_in_so_many_is_shown_and_the_same_ones_every_time(firm: Firm) -> None:
    firm.gate.salts = lambda: "salt"
    codes = []
    for number in range(60):
        outcome = firm.send(f"s{number}", subject=f"第 {number} 封", to=[{"address": "liu@hd.example.com"}])
        if outcome.undo_until:
            codes.append(outcome.action_id)
        firm.clock.pass_(8 * 24 * 3600)
        firm.performer.tick()
    with firm.store.reading() as session:
        expected = [
            one for one in codes if int(session.get_one(Action, one).payload_hash[:8], 16) % SAMPLE == 0
        ]
    assert [n.action_id for n in _told(firm)] == expected
