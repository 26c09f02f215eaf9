"""What the terminal shows: Rich where a person looks, plain JSON where a program reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def out(text: str = "") -> None:
    """One piece of plain text on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def out_json(value: Any) -> None:
    """JSON on standard output, Chinese as it is."""
    out(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def err(text: str) -> None:
    """One line beside the answer, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def progress(label: str) -> Iterator[Callable[..., None]]:
    """A progress bar on standard error for what takes over two seconds; silent where nobody looks.

    The callable takes (done, total) or (name of the part, done), which is what indexes and feeds report.
    """
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def report(first: str | int, second: int) -> None:
            if isinstance(first, str):
                bar.update(task, description=f"{label} {first}", completed=second)
            else:
                bar.update(task, completed=first, total=second or None)

        yield report


def table(columns: list[str], rows: list[list[str]]) -> None:
    """A table for a person."""
    from rich.console import Console
    from rich.table import Table

    grid = Table(*columns, header_style="bold")
    for row in rows:
        grid.add_row(*row)
    Console().print(grid)
