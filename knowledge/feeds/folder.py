"""A folder of mails, transcripts and notes becomes interactions; who is meant is looked up in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from .documents import read_note, read_transcript
from .errors import FeedError
from .filing import PaperReader, refusal
from .load import Loader
from .mails import read_mail
from .papers import MAX_BYTES, Paper, PaperError
from .report import FeedReport, RejectedRows
from .rowfeed import Run
from .rows import Rejection

DOCUMENTS: dict[str, Callable[[Path], Paper]] = {
    ".eml": read_mail,
    ".vtt": read_transcript,
    ".srt": read_transcript,
    ".txt": read_transcript,
    ".json": read_transcript,
    ".md": read_note,
}
"""The menu of documents, by the ending of the file's name."""


def ingest_folder(folder: Path, run: Run) -> FeedReport:
    """Load every document below the folder; hidden files are passed over. Identity is the Message-ID or `id`."""
    if not folder.is_dir():
        raise FeedError(f"{folder} 不是文件夹 (not a folder)。")
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p.relative_to(folder)))
    report = FeedReport(feed=folder.name, table="interaction", file=str(folder))
    papers = [_read(number, path) for number, path in enumerate(paths, start=1)]
    papers.sort(key=lambda item: (item[2].at.timestamp() if isinstance(item[2], Paper) else 0.0, item[0]))
    sink = RejectedRows(run.rejected, folder.name, _digest(folder, paths))
    reader = PaperReader(folder.name)
    loader = Loader("interaction", report, sink, run.now)
    return loader.run(papers, reader.convert, run.scope, progress=run.progress)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read(number: int, path: Path) -> tuple[int, Path, Paper | Rejection]:
    read = DOCUMENTS.get(path.suffix.lower())
    try:
        if read is None:
            raise PaperError("file", f"不认识这种文件；可用 (allowed): {' '.join(DOCUMENTS)}")
        if path.stat().st_size > MAX_BYTES:
            raise PaperError("file", f"超过 {MAX_BYTES // 1024 // 1024} MB (too large)")
        return number, path, read(path)
    except PaperError as error:
        return number, path, refusal(number, path, error)
    except OSError as error:
        return (
            number,
            path,
            refusal(number, path, PaperError("file", f"读不了 (cannot be read)：{error.strerror}")),
        )


def _digest(folder: Path, paths: list[Path]) -> str:
    told = "\n".join(str(path.relative_to(folder)) for path in paths)
    return hashlib.sha256(f"{folder.name}\n{told}".encode()).hexdigest()
