"""The command line `chengdan`: every power of the house, each a thin command over it.

Exit codes: 0 done · 1 a clear "no" or a failure · 2 wrong usage · 3 not found.
"""

from __future__ import annotations

import gc
import sys

EXIT_FAILED, EXIT_USAGE, EXIT_NOT_FOUND = 1, 2, 3


def main() -> None:
    """Run the command line; what goes wrong on the way is told in one sentence."""
    # Importing makes objects that live for ever; collecting among them costs an eighth of the start-up time.
    gc.set_threshold(100_000, 20, 20)
    from .app import app
    from .trouble import guarded

    sys.exit(guarded(app))
