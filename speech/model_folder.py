"""Where a speech model lies, by name or folder, and in words how to get one where there is none."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def told_how_much(folder: Path, say: Callable[[str], None], every_s: float = 5.0) -> Iterator[None]:
    """While this is open, say from time to time how much has arrived in `folder` since."""
    before, over = _size(folder), threading.Event()

    def run() -> None:
        last = 0
        while not over.wait(every_s):
            now = (_size(folder) - before) // 1_000_000
            if now > last:
                last = now
                say(f"已下载 {now} MB / {now} MB fetched")

    thread = threading.Thread(target=run, name="fetching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _size(folder: Path) -> int:
    """Bytes in a folder; files come and go meanwhile. What links point to is counted where it lies."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += 0 if path.is_symlink() else path.stat().st_size
        except OSError:
            continue
    return total


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
