"""HTML that a CRM hands out, as the words a reader sees; what could hold a parser up is read in a child process."""

from __future__ import annotations

import re

from knowledge.mail_text import html_to_text
from knowledge.reading import read

SHORT = 200_000
"""Characters of a page that are read here; with many markup declarations fewer, because parsing those is quadratic."""

_MARKUP = re.compile(r"<[a-zA-Z/!]")


def words_of(text: object) -> str:
    """The words; a text without markup is its own."""
    given = str(text or "").replace("\x00", "")
    if not _MARKUP.search(given):
        return given.strip()
    if len(given) > SHORT or given.count("<!") > 50:
        return page_words(given)
    return html_to_text(given)


def page_words(html: str) -> str:
    """The words of a page by a child with little time; empty when the page defeats it."""
    reading = read("page.html", html.encode("utf-8", "replace"))
    return "\n".join(part.text for part in reading.parts if part.place != "name").strip()
