"""From a trigger to a request: for whom, on whose behalf, about which deal, with approved words; or why nobody can be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from actions.action import ActionRequest
from knowledge.blueprints.interventions import Answer, Intervention
from knowledge.insight.journey.events import Touch
from knowledge.insight.journey.placing import says
from knowledge.insight.journey.triggers import Trigger
from knowledge.model import OPEN_STAGES, Account, Contact, Deal, DealContact, Person, Product

TEMPLATE, POLICY, RECORD = frozenset({"approved_template"}), frozenset({"policy"}), frozenset({"crm_record"})
_PLACE = re.compile(r"\{([a-z_]+)\}")
BY = "rule:"
"""What `drafted_by` of a request begins with that a row of a blueprint made."""


@dataclass(frozen=True)
class Cannot:
    """Why nothing can be asked for; one sentence in both languages."""

    zh: str
    en: str

    @property
    def note(self) -> str:
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True)
class Scene:
    """Who and what a trigger is about."""

    contact: Contact
    deal: Deal
    owner: Person
    account: Account


def scene_for(session: Session, account_id: str, person: str, touch: Touch | None) -> Scene | Cannot:
    """The contact, the newest open deal they take part in (else of their customer), and its owner, on whose behalf it is."""
    contact_id = touch.contact_id if touch and touch.contact_id else person.removeprefix("contact:")
    contact, account = session.get(Contact, contact_id), session.get(Account, account_id)
    if contact is None or account is None or contact.account_id != account.id:
        return Cannot("不知道是哪位联系人", "it is not known which contact this is")
    on = select(DealContact.deal_id).where(DealContact.contact_id == contact.id)
    found = select(Deal).where(Deal.account_id == account.id, col(Deal.stage).in_(OPEN_STAGES))
    deals = session.exec(found.order_by(col(Deal.created_at).desc(), col(Deal.id))).all()
    theirs = set(session.exec(on))
    deal = next((one for one in deals if one.id in theirs), deals[0] if deals else None)
    owner = session.get(Person, deal.owner_id) if deal else None
    if deal is None:
        return Cannot("没有进行中的商机", "there is no open deal")
    if owner is None or not owner.active:
        return Cannot("负责人已不在", "the owner is no longer here")
    return Scene(contact=contact, deal=deal, owner=owner, account=account)


def request_for(
    session: Session, row: Intervention, trigger: Trigger, scene: Scene, touch: Touch | None, now: datetime
) -> ActionRequest | Cannot:
    """What to ask the gate for. A message that nobody asked for goes only to contacts who agreed to marketing."""
    answer = _answer(row, touch) if row.action == "answer" else None
    if row.action == "message" and not scene.contact.marketing_consent:
        return Cannot("联系人没有同意营销", "the contact has not agreed to marketing")
    if row.action == "discount":
        args: dict[str, object] = {"discount_bp": row.discount_bp, "note": row.name}
        return _request(row, trigger, scene, "give_discount", args, {"discount_bp": POLICY})
    if row.action == "message" or answer is not None:
        english = scene.contact.language == "en"
        text = (answer.text_en or answer.text) if english and answer else answer.text if answer else ""
        text = text or ((row.text_en or row.text) if english else row.text)
        args = {
            "contact_id": scene.contact.id,
            "body": filled(text, _values(session, scene)),
            "language": "en" if english else "zh",
        }
        return _request(
            row, trigger, scene, "message_customer", args, {"contact_id": RECORD, "body": TEMPLATE}
        )
    title = filled(row.text, _values(session, scene)) or f"{row.name}: 答复 {scene.contact.name} 的问题"
    args = {
        "title": title.replace("\n", " ")[:300],
        "due_at": (now + timedelta(days=row.due_days)).isoformat(),
        "owner_id": scene.owner.id,
    }
    return _request(row, trigger, scene, "create_task", args, {"title": TEMPLATE, "owner_id": RECORD})


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its {places} filled; a line that asks for something that is not on record is left out."""
    lines = []
    for line in text.splitlines():
        places = _PLACE.findall(line)
        if all(values.get(place) for place in places):
            lines.append(_PLACE.sub(lambda match: values[match[1]], line).rstrip())
    return "\n".join(lines).strip()


def _answer(row: Intervention, touch: Touch | None) -> Answer | None:
    return next((one for one in row.answers if touch is not None and says(one.words, touch)), None)


def _values(session: Session, scene: Scene) -> dict[str, str]:
    product = session.get(Product, scene.deal.product_id) if scene.deal.product_id else None
    return {
        "name": scene.contact.name,
        "company": scene.account.name,
        "product": product.name if product else "",
        "sender": scene.owner.name,
    }


def _request(
    row: Intervention,
    trigger: Trigger,
    scene: Scene,
    action: str,
    args: dict[str, object],
    labels: dict[str, frozenset[str]],
) -> ActionRequest:
    return ActionRequest(
        action=action,
        args=args,
        resource_id=scene.deal.id,
        on_behalf_of=scene.owner.id,
        labels={**labels, "tool": POLICY, "deal": RECORD},
        idempotency_key=f"intervention:{row.id}:{trigger.person}:{trigger.touch_id}",
        drafted_by=f"{BY}{row.id}",
    )
