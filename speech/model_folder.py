"""Where a speech model lies, by name or folder, and in words how to get one where there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from .heard import TranscriberError

NEEDED = ("model.bin", "config.json", "tokenizer.json")
TEST_MARK = " (TEST MODEL)"
"""Stands behind the name of an engine whose model is made for tests: nothing about real voices follows from it."""


def located(model: str, folder: Path | None, fetch: Callable[[str, Path | None], str]) -> str:
    """The folder of a model. Raises TranscriberError saying how to get one where there is none and no network."""
    path = Path(model).expanduser()
    if path.is_dir():
        missing = [name for name in NEEDED if not (path / name).is_file()]
        if missing:
            raise TranscriberError(
                "model_incomplete",
                f"语音模型文件夹 {path} 缺少 {'、'.join(missing)}",
                f"the speech model folder {path} lacks {', '.join(missing)}",
            )
        return str(path)
    if len(path.parts) > 2 or model.startswith((".", "/", "~")):
        raise TranscriberError(
            "model_missing", f"没有语音模型文件夹 {path}", f"there is no speech model folder {path}"
        )
    try:
        return fetch(model, folder)
    except TranscriberError:
        raise
    except (OSError, RuntimeError) as error:
        raise _cannot_fetch(model, error) from error


def mark_of(model: str) -> str:
    """TEST_MARK where the folder's own config.json says that it is a test model, else ""."""
    try:
        found = json.loads((Path(model).expanduser() / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return TEST_MARK if isinstance(found, dict) and found.get("chengdan_test_model") else ""


def _cannot_fetch(model: str, error: Exception) -> TranscriberError:
    why, kept = type(error).__name__, f"whisper-{model.split('/')[-1]}"
    repository = model if "/" in model else f"Systran/faster-whisper-{model}"
    return TranscriberError(
        "model_missing",
        f"本机没有语音模型 {model},也下载不了({why})。请在能上网的机器上运行 `hf download {repository} --local-dir {kept}`,"
        f"把文件夹拷过来,再设 WHISPER_MODEL=/路径/{kept};或设 TRANSCRIBE_BASE_URL 用转写接口",
        f"the speech model {model} is not on this machine and cannot be fetched ({why}): run `hf download {repository} "
        f"--local-dir {kept}` where there is a network, copy the folder here and set WHISPER_MODEL to it; or set "
        "TRANSCRIBE_BASE_URL to use an endpoint",
    )
