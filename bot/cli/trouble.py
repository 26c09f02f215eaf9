"""One translation table of the command line's door: from what went wrong to a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any


class Trouble(Exception):
    """A sentence for the person at the terminal, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


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
    return 0


def sentence_for(error: Exception) -> str:
    """What a person can do about an error of the floors below."""
    name = type(error).__name__
    text = str(error).strip().splitlines()[0] if str(error).strip() else name
    if name in (
        "StoreError",
        "IndexBroken",
        "FeedError",
        "BlueprintError",
        "MappingError",
        "PolicyError",
        "EmbedderChanged",
    ):
        return text
    if name == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        where = ".".join(map(str, first.get("loc", ()))).upper()
        return f"设置 {where} 不对 / setting {where} is wrong: {first.get('msg', text)}"
    if isinstance(error, OSError):
        return f"文件或系统出错 / file or system error: {text}"
    return f"{name}: {text} (LOG_LEVEL=DEBUG 显示细节 / shows details)"


def _tell(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201  the door speaks here
    return code
