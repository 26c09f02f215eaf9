"""Pages from templates: everything escaped, in the reader's language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from actions.confusables import visible
from actions.wording import local_moment

from .phrases import phrase

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
CITED = re.compile(r"\[(\d{1,3})\]")
MARKED = re.compile(r"⟦(.*?)⟧", re.DOTALL)


class Pages:
    """Templates of this package. `offset_hours` is the working calendar's clock."""

    def __init__(self, offset_hours: int) -> None:
        self._offset = offset_hours
        # autoescape for every template, whatever it is called
        self._env = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._env.filters |= {"cited": cited, "marked": marked, "seen": visible, "clock": self._clock}
        self._env.globals |= {"asset": asset}

    def page(self, template: str, language: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(self.part(template, language, **values), status_code=status)

    def part(self, template: str, language: str, **values: Any) -> str:
        """A piece of a page."""
        told = partial(phrase, language=language)
        return self._env.get_template(template).render(t=told, language=language, **values)

    def _clock(self, moment: datetime) -> str:
        return local_moment(moment, self._offset)


def cited(text: str, line_id: int, numbers: Iterable[int]) -> Markup:
    """Escaped text in which [2] opens the second source of this line."""
    known = {str(number) for number in numbers}

    def link(match: re.Match[str]) -> str:
        if match[1] not in known:
            return match[0]
        return f'<a class="cite" href="/sources/{line_id}/{match[1]}" data-source>[{match[1]}]</a>'

    return Markup(CITED.sub(link, str(escape(text))))  # escaped before, and only digits are put in


def marked(text: str) -> Markup:
    """Escaped text in which what an approver should look at stands out."""
    return Markup(MARKED.sub(r"<mark>\1</mark>", str(escape(text))))  # escaped before


def asset(name: str) -> str:
    """The address of a file of ours; it changes with the file, so that a browser may keep it for long."""
    return f"/static/{name}?v={_print(name)}"


def _print(name: str) -> str:
    if name not in _PRINTS:
        _PRINTS[name] = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return _PRINTS[name]


_PRINTS: dict[str, str] = {}
