"""What a command has opened and must close before it ends, however it ends."""

from __future__ import annotations

from contextlib import ExitStack

CLOSING = ExitStack()
"""`CLOSING.callback(house.close)` when something is opened; the door closes it all."""
