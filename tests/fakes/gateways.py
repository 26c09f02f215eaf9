"""Mail gateways that behave as told: answer, fail, or say nothing; and keep a list of what they took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from actions.gateways.letter import Delivery, Mail
from actions.gateways.steps import TEXT_SENT, OnStep, Overtaken, unheard

Way = Literal["sent", "failed", "later", "unknown", "breaks_before", "breaks_after"]


class ToldGateway:
    """Each mail ends as `way` says: sent; failed (the gateway's fault) or later (this mail's); unknown; or it breaks
    before or after the point of no return. `meanwhile` runs right before that point, `afterwards` when it is taken."""

    def __init__(self, way: Way = "sent", on_step: OnStep = unheard, root: ToldGateway | None = None) -> None:
        self.way: Way = way
        self.meanwhile: Callable[[], None] = lambda: None
        self.afterwards: Callable[[], None] = lambda: None
        self.taken: list[str] = []
        self.tries = 0
        self.on_step, self.root = on_step, root or self

    def watched(self, on_step: OnStep) -> ToldGateway:
        return ToldGateway(self.way, on_step, self.root)

    def describe(self) -> str:
        return "told"

    def send(self, mail: Mail) -> Delivery:
        root = self.root
        root.tries += 1
        if root.way == "failed":
            return Delivery(status="failed", detail="连不上 / no connection", step="connect")
        if root.way == "later":
            return Delivery(status="failed", detail="450 稍后 / later", step="recipient", fault="mail")
        if root.way == "breaks_before":
            raise RuntimeError("bug")
        try:
            root.meanwhile()
            self.on_step(TEXT_SENT)
        except Overtaken as why:
            return Delivery(status="failed", detail=str(why), step="text", fault="own")
        root.taken.append(mail.message_id)
        root.afterwards()
        if root.way == "breaks_after":
            raise RuntimeError("bug")
        if root.way == "unknown":
            return Delivery(status="unknown", detail="没有回音 / no answer", step=TEXT_SENT)
        return Delivery(status="sent", detail="已发 / sent", step="replied")
