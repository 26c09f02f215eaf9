"""The Bot API's HTML as its documentation tells it: what it refuses, and what is seen of the rest."""

from __future__ import annotations

import re

TAGS = {
    *("b", "strong", "i", "em", "u", "ins", "s", "strike", "del"),
    *("a", "code", "pre", "blockquote", "tg-spoiler", "tg-emoji"),
}
TOKEN = re.compile(r"<(/?)([a-zA-Z0-9-]*)((?:\s+[a-z-]+=\"[^\"<>]*\")*)\s*>|<|&(lt|gt|amp|quot|#\d+);", re.S)
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class CannotParse(Exception):
    """can't parse entities: …"""


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse(html: str) -> tuple[str, list[dict[str, object]]]:
    """The visible text and its entities, with UTF-16 offsets. Raises CannotParse."""
    out, entities, at = "", [], 0
    open_tags: list[tuple[str, int, str]] = []
    for match in TOKEN.finditer(html):
        out += html[at : match.start()]
        at = match.end()
        if match[0] == "<":
            raise CannotParse(f"Unsupported start tag at byte offset {len(html[: match.start()].encode())}")
        if match[4]:
            out += NAMED.get(match[4]) or chr(int(match[4][1:]))
            continue
        name = match[2].lower()
        if match[1]:
            if not open_tags or open_tags[-1][0] != name:
                raise CannotParse(f'Unmatched end tag at byte offset {match.start()}, found "</{name}>"')
            _, start, attributes = open_tags.pop()
            if utf16(out) > start:
                entities.append(_entity(name, start, utf16(out) - start, attributes))
            continue
        if name not in TAGS:
            raise CannotParse(f'Unsupported start tag "{name}" at byte offset {match.start()}')
        inside = [tag for tag, _, _ in open_tags]
        if (
            "code" in inside
            or ("pre" in inside and name != "code")
            or (name in ("code", "pre") and "b" in inside)
        ):
            raise CannotParse(f"Entity {name} may not be nested here")
        open_tags.append((name, utf16(out), match[3]))
    out += html[at:]
    if open_tags:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return out, entities


def _entity(name: str, start: int, length: int, attributes: str) -> dict[str, object]:
    kinds = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "a": "text_link"}
    entity: dict[str, object] = {"type": kinds.get(name, name), "offset": start, "length": length}
    href = re.search(r'href="([^"]*)"', attributes)
    if href:
        entity["url"] = href[1].replace("&amp;", "&").replace("&quot;", '"')
    return entity
