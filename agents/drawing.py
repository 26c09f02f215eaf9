"""Pictures of an answer: drawn as PNG for chats and SVG for pages, kept on the desk, told in words for who cannot see them."""

from __future__ import annotations

from collections.abc import Callable

from speech.canvas import Form, PictureError, draw

from .answer import PictureNote
from .skill import Turn


def show(
    turn: Turn,
    name: str,
    alt: str,
    paint: Callable[..., None],
    *,
    size: tuple[float, float] = (10.0, 4.0),
    rows: int = 1,
) -> str:
    """Draw with `paint` (speech.canvas.draw) and hand the picture over with this answer. `name` is a file's name without
    an ending, `alt` one sentence in the asker's language that says what is to be seen and its n.

    Returns "", or the sentence that says why there is no picture: the answer goes on without it."""
    return show_drawn(turn, name, alt, lambda form: draw(paint, form=form, size=size, rows=rows))


def show_drawn(turn: Turn, name: str, alt: str, drawn: Callable[[Form], bytes]) -> str:
    """The same for a picture that is drawn elsewhere: `drawn` gives the bytes of a form."""
    try:
        png, svg = drawn("png"), drawn("svg")
    except PictureError as error:
        return turn.say(error.zh, error.en)
    note = PictureNote(
        name=f"{name}.png",
        alt=alt,
        path=turn.desk.keep_picture(png, ".png"),
        svg=turn.desk.keep_picture(svg, ".svg"),
    )
    if note not in turn.pictures:
        turn.pictures.append(note)
    return ""
