"""Pictures of reviews: who spoke when in a call."""

from __future__ import annotations

from speech.picture import timeline

from .calls import title_of
from .drawing import show_drawn
from .measuring import segments_of
from .reviewing import Reviewed
from .skill import Turn


def picture_of(turn: Turn, one: Reviewed) -> str:
    """Who spoke when in this call, shown with the answer; "" or why there is no picture."""
    segments = segments_of(one.row)
    title = title_of(turn, one.row, one.facts)
    alt = turn.say(
        f"{title}:谁在什么时候说话(n={len(segments)} 段)", f"{title}: who spoke when (n={len(segments)})"
    )
    return show_drawn(
        turn,
        f"{one.row.id}_timeline",
        alt,
        lambda form: timeline(segments, title, form=form, language=turn.language),
    )
