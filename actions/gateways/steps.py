"""How far a deed has got on its way out, step by step, and the one step after which nobody can take it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

CLAIMED = "claimed"
TEXT_SENT = "text_sent"
"""The whole text is with the server; only the dot that makes it count is missing. From here on, a broken line or a
dead process leaves a question that only the other side can answer."""

STEPS = {
    "": ("到哪一步不清楚", "how far it got is not known"),
    CLAIMED: ("已取出,尚未连接", "taken up, not yet connected"),
    "connect": ("正在连接服务器", "connecting to the server"),
    "login": ("已连接,正在登录", "connected, logging in"),
    "sender": ("已登录,报出发件人", "logged in, naming the sender"),
    "recipient": ("发件人已接受,报出收件人", "sender accepted, naming the recipients"),
    "text": ("收件人已接受,正在传正文", "recipients accepted, handing over the text"),
    TEXT_SENT: (
        "正文已全部交给服务器,没有等到回音",
        "the whole text was handed to the server, no reply came",
    ),
    "replied": ("服务器已答复", "the server has replied"),
}
"""Every step with how it is told to people; STEPS in the order they happen."""

OnStep = Callable[[str], None]
"""Called by a gateway right before TEXT_SENT becomes true. What it raises must end the deed before that."""


class Overtaken(Exception):
    """This deed is no longer ours to finish: the sentence says why. Nothing was sent."""


@runtime_checkable
class Watchable(Protocol):
    """A gateway that tells, before the point of no return, that it is about to pass it.

    What it says can be relied on: while the step was not told, nothing has gone out.
    """

    def watched(self, on_step: OnStep) -> Any:
        """The same gateway, telling `on_step`."""
        ...


def step_name(step: str, language: str = "zh") -> str:
    """A step in words."""
    return STEPS.get(step, STEPS[""])[1 if language == "en" else 0]


def unheard(_step: str) -> None:
    """For a gateway that nobody watches."""
