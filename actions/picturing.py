"""Pictures an answer shows: kept under VAR_DIR/pictures by their content, drawn anew whenever they are asked for."""

from __future__ import annotations

from .files import Shelf
from .gate import Gate

PICTURES = "pictures"


class PicturesOf:
    """The part of a desk that keeps pictures. Whoever may see what a picture was drawn from may have it drawn again, so
    that an erasure simply forgets them all (actions.sweeping)."""

    gate: Gate

    def keep_picture(self, data: bytes, suffix: str) -> str:
        """Store a picture (`.png` or `.svg`) and return its path; the same bytes have the same path. Raises ValueError in
        a house without a data folder."""
        if self.gate.hands.folder is None:
            raise ValueError("no data folder to keep pictures in")
        shelf = Shelf(self.gate.hands.folder / PICTURES)
        sha = shelf.keep(data, suffix)
        return str(shelf.folder / sha[:2] / f"{sha}{suffix}")
