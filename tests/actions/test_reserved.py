"""A place in a quota once given is kept; what is granted beyond the limit takes nobody's."""

from __future__ import annotations

from sqlmodel import select

from actions.action import State
from actions.tables import Action
from knowledge.model import Interaction, InteractionKind
from tests.fakes.firm import BODY, Firm


def states(firm: Firm) -> dict[str, str]:
    with firm.store.reading() as session:
        return {row.code: row.state for row in session.exec(select(Action))}


def run(firm: Firm) -> None:
    """Each is sent, and answered by the customer, so that no rule about silence comes into it."""
    firm.clock.pass_(130)
    for action_id in firm.performer.due():
        firm.performer.perform(action_id)
        firm.clock.pass_(1)
        with firm.store.session() as session:
            session.add(
                Interaction(
                    id=f"R-{action_id}", kind=InteractionKind.MAIL, at=firm.clock(), account_id="A-1", deal_id="D-1",
                    contact_id="C-1", team_id="t-1", direction="in", subject="好", text="收到", source="mailbox",
                )
            )  # fmt: skip
        firm.clock.pass_(1)


def test_a_fourth_mail_that_was_allowed_does_not_turn_the_third_back(firm: Firm) -> None:
    codes = [firm.send(f"k{i}", subject=f"{i}").code for i in range(4)]
    assert [states(firm)[code] for code in codes] == [State.SCHEDULED] * 3 + [State.PENDING]
    assert firm.approve("p-zhao", codes[3]).state is State.SCHEDULED
    run(firm)
    assert set(states(firm).values()) == {State.EXECUTED}


def test_one_asked_for_early_and_allowed_late_takes_no_place_either(firm: Firm) -> None:
    early = firm.send("early", body=BODY + "可以给到 12% 的折扣。\n", discount_bp=1200).code
    codes = [firm.send(f"k{i}", subject=f"{i}").code for i in range(3)]
    assert firm.approve("p-zhao", early).state is State.SCHEDULED
    run(firm)
    assert {states(firm)[code] for code in (early, *codes)} == {State.EXECUTED}


def test_the_limit_holds_for_who_comes_after(firm: Firm) -> None:
    for i in range(3):
        firm.send(f"k{i}", subject=f"{i}")
    run(firm)
    assert firm.send("k9", subject="9").state is not State.SCHEDULED
