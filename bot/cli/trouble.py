"""One translation table of the command line's door: from what went wrong to a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.errors import sentence_for

from . import EXIT_NOT_FOUND
from .closing import CLOSING


class Trouble(Exception):
    """A sentence for the person at the terminal, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def missing(path: Path) -> Trouble:
    """A file or folder that a command was given and that is not there."""
    return Trouble(f"没有找到 {path} / {path} is not there", EXIT_NOT_FOUND)


def guarded(app: Callable[..., Any]) -> int:
    """Call the Typer app; never show a traceback unless LOG_LEVEL=DEBUG asks for it."""
    try:
        app(standalone_mode=True)
    except SystemExit as ended:
        return int(ended.code) if isinstance(ended.code, int) else 1
    except Trouble as trouble:
        return _tell(str(trouble), trouble.code)
    except KeyboardInterrupt:
        return _tell("已中断 / interrupted", 130)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
            raise
        return _tell(sentence_for(error), 1)
    finally:
        CLOSING.close()
    return 0


def _tell(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201  the door speaks here
    return code
