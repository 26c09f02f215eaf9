"""What processes of ours share: how they are told to stop, what a child is given, and the last door before a traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import sentence_for

if TYPE_CHECKING:
    from .settings import Settings

ROOT = Path(__file__).resolve().parents[1]
STOPS = (signal.SIGINT, signal.SIGTERM)


def stop_event(*, until_eof: bool = False) -> threading.Event:
    """Set by SIGTERM, SIGINT, or (`until_eof`) the end of standard input, which is also the end of who started us.

    Whoever asks a second time does not want to wait for what runs: that signal ends the process at once.
    """
    stop = threading.Event()

    def asked(*_: object) -> None:
        for name in STOPS:  # by the kernel, whatever this process is busy with
            signal.signal(name, signal.SIG_DFL)
        stop.set()

    for name in STOPS:
        signal.signal(name, asked)
    if until_eof:

        def watch() -> None:
            sys.stdin.buffer.read()
            stop.set()

        threading.Thread(target=watch, name="stdin", daemon=True).start()
    return stop


def child_environment(settings: Settings, without: Collection[str] = ()) -> dict[str, str]:
    """Ours but for the names in `without`, naming the same data; `-P` and this path keep a foreign `bot` folder out."""
    kept = {name: value for name, value in os.environ.items() if name not in without}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    here = {"VAR_DIR": str(settings.var_dir.absolute()), "PYTHONPATH": path}
    if settings.database_url:
        here["DATABASE_URL"] = settings.database_url
    return kept | here


def through_last_door(main: Callable[[list[str]], int]) -> int:
    """Run it on the command line's words; the exit code. One sentence instead of a traceback."""
    try:
        return main(sys.argv[1:])
    except Exception as error:  # noqa: BLE001 - the last door: say it in a sentence
        sys.stderr.write(f"{sentence_for(error)}\n")
        return 1
