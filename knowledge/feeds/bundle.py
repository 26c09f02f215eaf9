"""The door of the feeds: an import.yaml, one mapping, one table or one folder goes into the store."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from knowledge.store import Store

from .blueprints import ingest_blueprint
from .errors import FeedError
from .folder import ingest_folder
from .load import Progress, Scope
from .mapping import parse_mapping, read_mapping, read_yaml
from .report import FeedReport, IngestReport
from .rowfeed import Run, ingest_rows

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
YAML_SUFFIXES = (".yaml", ".yml")
_ENTRY = "mapping、folder 或 blueprint + file"


def ingest(
    store: Store,
    target: Path,
    *,
    base: Path | None = None,
    dry_run: bool = False,
    now: datetime,
    progress: Progress | None = None,
    mapping: Path | None = None,
    rejected: Path = Path("var/rejected"),
) -> IngestReport:
    """Load `target`: an import.yaml, a mapping, a CSV or Excel file (with `mapping`), or a folder.

    `base` is where the files that mappings name are looked for first; else beside the mapping, then beside the
    import.yaml. `now` (aware) judges future dates and is the creation time of rows whose file gives none. A dry run
    tries everything in one transaction and rolls it back. Raises FeedError for a feed that cannot be read at all;
    wrong rows land in the report and under `rejected`.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    scope = Scope(store)
    run = Run(scope=scope, now=now, rejected=rejected, progress=progress)
    if not dry_run:
        return IngestReport(feeds=tuple(_run(target, base, mapping, run)), dry_run=False)
    with scope.rehearsal():
        return IngestReport(feeds=tuple(_run(target, base, mapping, run)), dry_run=True)


def _run(target: Path, base: Path | None, mapping: Path | None, run: Run) -> list[FeedReport]:
    if not target.exists():
        raise FeedError(f"找不到 {target} (no such file or folder)。")
    if target.is_dir():
        inside = target / "import.yaml"
        return _run(inside, base, None, run) if inside.is_file() else [ingest_folder(target, run)]
    suffix = target.suffix.lower()
    if suffix in YAML_SUFFIXES:
        data = read_yaml(target)
        if isinstance(data, dict) and "feeds" in data:
            return _bundle(data, target, base, run)
        return [_mapped(target, data, (target.parent,), base, run)]
    if suffix not in TABLE_SUFFIXES:
        raise FeedError(
            f"{target}：不认识这种文件；可用 import.yaml、映射、{' '.join(TABLE_SUFFIXES)} 或文件夹。"
        )
    if mapping is None:
        raise FeedError(f"{target}：表格要用 --mapping 指明映射文件 (a table needs --mapping FILE)。")
    return [ingest_rows(read_mapping(mapping), target, run)]


def _bundle(data: dict[str, Any], target: Path, base: Path | None, run: Run) -> list[FeedReport]:
    unknown = set(data) - {"name", "feeds", "base"}
    feeds = data["feeds"]
    if unknown or not isinstance(feeds, list) or not feeds:
        raise FeedError(f"{target}：只能有 name、base 和列表 feeds (only name, base and a list of feeds)。")
    folder = target.parent
    if base is None and data.get("base"):
        base = folder / str(data["base"])
    return [_entry(entry, number, target, base, run) for number, entry in enumerate(feeds, start=1)]


def _entry(entry: Any, number: int, target: Path, base: Path | None, run: Run) -> FeedReport:
    folder = target.parent
    if isinstance(entry, str):
        entry = {"mapping": entry}
    keys = set(entry) if isinstance(entry, dict) else set()
    if keys == {"folder"}:
        return ingest_folder(_find(str(entry["folder"]), base, (folder,), target), run)
    if {"blueprint", "file"} <= keys <= {"blueprint", "file", "name"}:
        path = _find(str(entry["file"]), base, (folder,), target)
        return ingest_blueprint(
            str(entry["blueprint"]), path, run.scope, run.now, str(entry.get("name", "default"))
        )
    if keys == {"mapping"}:
        path = _find(str(entry["mapping"]), None, (folder,), target)
        return _mapped(path, read_yaml(path), (path.parent, folder), base, run)
    raise FeedError(f"{target}：第 {number} 个 feed 要写成 {_ENTRY} (feed {number}: write {_ENTRY})。")


def _mapped(path: Path, data: Any, beside: tuple[Path, ...], base: Path | None, run: Run) -> FeedReport:
    mapping = parse_mapping(data, path)
    source = None if mapping.file is None else _find(mapping.file, base, beside, path)
    return ingest_rows(mapping, source, run)


def _find(name: str, base: Path | None, beside: tuple[Path, ...], asked_by: Path) -> Path:
    places = [*([base] if base is not None else []), *beside]
    for place in places:
        if (place / name).exists():
            return place / name
    tried = "、".join(str(place) for place in dict.fromkeys(places))
    raise FeedError(f"{asked_by}：找不到 {name}，找过 {tried} (no such file; these folders were searched)。")
