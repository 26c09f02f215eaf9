"""The mail gateway of a process that may not send: it holds no secret and lets nothing out."""

from __future__ import annotations

from .letter import Delivery, Mail


class Elsewhere:
    """Sends nothing and says so; what leaves the house goes through bot.sender."""

    def send(self, mail: Mail) -> Delivery:  # noqa: ARG002  the port's signature
        detail = "这个进程不能发信,由发信进程发送 / this process may not send: the sender does"
        return Delivery(status="failed", detail=detail, fault="own")

    def describe(self) -> str:
        return "由发信进程发送 / sent by the sender process"
