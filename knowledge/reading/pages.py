"""Text of a web page, what it hides included: comments, attributes, fields; scripts are a danger, not text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from .kinds import words
from .parts import Basket

BLOCKS = frozenset(
    words(
        "address article aside blockquote br dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main "
        "nav ol p pre section table tr ul title option"
    )
)
SILENT = frozenset({"style"})
DANGEROUS = frozenset({"script", "object", "embed", "applet", "iframe", "frame", "base"})
SPEAKING = (
    "alt",
    "title",
    "content",
    "value",
    "placeholder",
    "href",
    "src",
    "action",
    "aria-label",
    "summary",
)
LOADED = frozenset({"img", "link", "audio", "video", "source", "input"})
OUTSIDE = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)


class Page(HTMLParser):
    """Words in the flow, and beside them what is not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.beside: list[str] = []
        self.active = self.remote = False
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag if tag in SILENT | {"script"} else self._silent
        self.active = self.active or tag in DANGEROUS or any(name.startswith("on") for name, _ in attrs)
        for name, value in attrs:
            if not value:
                continue
            self.active = self.active or value.strip().lower().startswith(("javascript:", "vbscript:"))
            if name in ("src", "href", "srcset") and tag in LOADED and OUTSIDE.match(value):
                self.remote = True
            if (name in SPEAKING or name.startswith("data-")) and not value.startswith("data:"):
                self.beside.append(value)
        if tag in BLOCKS:
            self.words.append("\n")
        elif tag in ("td", "th"):
            self.words.append("\t")

    def handle_endtag(self, tag: str) -> None:
        self._silent = "" if tag == self._silent else self._silent
        if tag in BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        (self.beside if self._silent else self.words).append(data)

    def handle_comment(self, data: str) -> None:
        self.beside.append(data)

    def handle_decl(self, decl: str) -> None:
        self.beside.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.beside.append(data)


def read_page(text: str, basket: Basket, place: str = "body") -> None:
    page = Page()
    page.feed(text)
    page.close()
    basket.text(place, "".join(page.words))
    basket.text("markup", "\n".join(page.beside))
    if page.active:
        basket.danger("", "script")
    if page.remote:
        basket.danger("", "remote")
    if "data:image" in text:
        basket.cannot("", "picture")
