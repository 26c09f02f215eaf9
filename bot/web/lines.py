"""A line of the chat as a piece of a page; the same piece stands in the page and comes as a live update."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from bot.street.at_hand import Shown
from knowledge.model import WebLine

from .visit import Console, Visit


@dataclass
class Shelf:
    """Makes pieces of lines."""

    console: Console

    def html(self, visit: Visit, line: WebLine) -> str:
        """One line. A card that waits is shown as it stands now, not as it stood when it was sent."""
        payload = line.payload
        values: dict[str, Any] = {
            "line": line,
            "sources": payload.get("sources", ()),
            "suggestions": payload.get("suggestions", ()),
            "turn": payload.get("turn", "") if "sources" in payload else "",
            "files": payload.get("files", ()),
            "numbers": [source["n"] for source in payload.get("sources", ())],
            "card": None,
            "stored": payload.get("card"),
            "token": visit.seat.form_token,
            "once": fresh_once,
            "from_page": "chat",
        }
        if line.kind == "card" and payload["card"].get("buttons"):
            values["card"] = self._live(visit, payload["card"]["id"])
        return self.console.pages.part("line.html", visit.language, **values)

    def _live(self, visit: Visit, copy_id: str) -> Shown | None:
        return self.console.at_hand.one(visit.person, copy_id)


def fresh_once() -> str:
    """The key of one form: sent twice it is one arrival."""
    return secrets.token_urlsafe(12)
