"""A reply as one text for a chat: the answer, where its statements come from, and what one may say next."""

from __future__ import annotations

from bot.messages import Reply

QUOTE = 60
"""Characters of a source's own words that are shown; /source N shows all of them."""


def with_sources(reply: Reply) -> str:
    """The reply with its sources below, each with id and date. A command's reply has none."""
    answer = reply.answer
    if answer is None:
        return reply.text
    lines = [reply.text]
    if answer.sources:
        lines.append("")
    for source in answer.sources:
        quote = source.quote.replace("\n", " ")
        shown = quote if len(quote) <= QUOTE else quote[:QUOTE] + "…"
        speaker = f"{source.speaker}: " if source.speaker else ""
        lines.append(f"[{source.n}] {source.id} {source.date} {source.title} {speaker}“{shown}”")
    if answer.suggestions:
        lines += ["", " · ".join(f"“{said}”" for said in answer.suggestions)]
    return "\n".join(lines)
