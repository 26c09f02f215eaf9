"""Skill: ask for a chat message to a contact of a customer."""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.lookup import Unclear, not_found, the_contact, the_deal
from agents.proposing import Wording
from agents.provenance import was_typed
from agents.skill import Skill, Turn
from agents.wishing import RECORD, do, label
from knowledge.model import Contact
from knowledge.snapshot import DealFacts


class Arguments(BaseModel):
    """What message_customer takes."""

    deal: str | None = Field(default=None, description="the deal it is about; omit for the current deal")
    to: str | None = Field(
        default=None, max_length=80, description="the contact's name; omit for the one talked of"
    )
    text: str = Field(min_length=1, max_length=2000, description="the message, in the user's own words")


def run(turn: Turn, arguments: Arguments) -> str:
    """Send a short chat message (WeChat, WeCom) to a contact in the CRM, only when the user asked for it ("在微信上告诉
    王总…", "text Grace that…"). The user confirms the exact words first. For an e-mail use draft_email."""
    chosen = the_deal(turn, arguments.deal or _deal_of(turn, arguments.to))
    if isinstance(chosen, Unclear):
        return chosen.sentence
    contact = _contact(turn, arguments.to, chosen.facts)
    if isinstance(contact, Unclear):
        return contact.sentence
    turn.focus["contact_id"] = contact.id
    told = do(
        turn,
        "message_customer",
        {
            "contact_id": contact.id,
            "body": arguments.text,
            "language": "en" if contact.language == "en" else "zh",
        },
        chosen.facts.deal.id,
        {"contact_id": RECORD, "body": label(turn, was_typed(turn, arguments.text))},
        Wording(
            noun=(f"给 {contact.name} 的消息", f"The message to {contact.name}"),
            verb=("发出", "go out"),
            done=("已发出", "has been sent"),
            not_done=("没有发送", "Not sent"),
            kept=("没有执行", "nothing was sent"),
            title=contact.name,
        ),
    )
    return "\n".join(
        part for part in (told, turn.say("内容:", "Text: ") + arguments.text.strip(), chosen.note) if part
    )


def _deal_of(turn: Turn, to: str | None) -> str | None:
    """Without a deal in question the contact's name may still say which one is meant."""
    if not to or (turn.focus.get("deal_id") and _on_focus(turn, to)):
        return None
    return to if the_contact(turn, to, None) else None


def _on_focus(turn: Turn, to: str) -> bool:
    facts = turn.desk.deal(str(turn.focus["deal_id"]))
    return facts is not None and any(
        one.account_id == facts.account.id for one in the_contact(turn, to, facts)
    )


def _contact(turn: Turn, said: str | None, facts: DealFacts) -> Contact | Unclear:
    """The contact called `said`, else the one the talk is about; always somebody of this customer."""
    if said and said.strip():
        found = [one for one in the_contact(turn, said.strip(), facts) if one.account_id == facts.account.id]
        if not found:
            return not_found(turn, said)
        if len(found) > 1:
            names = turn.say("、", ", ").join(f"{one.name} {one.title}".strip() for one in found[:6])
            return Unclear(turn.say(f"您指哪一位?{names}", f"Whom do you mean? {names}"))
        return found[0]
    known = next((one for one in facts.contacts if one.id == turn.focus.get("contact_id")), None)
    return known or Unclear(turn.say("这条消息发给谁?", "Who is the message for?"))


SKILL = Skill(name="message_customer", arguments=Arguments, run=run)
