"""The door of the feeds: an import.yaml, one mapping, one table or one folder goes into the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from knowledge.journey.affected import Affected
from knowledge.journey.keys import HouseKey
from knowledge.journey.linking import relink
from knowledge.store import Store

from .blueprints import ingest_blueprint
from .errors import FeedError
from .event_mapping import is_event_mapping, parse_event_mapping, read_event_mapping
from .events import LINES, ingest_events
from .folder import ingest_folder
from .load import Progress, Scope
from .mapping import Mapping, parse_mapping, read_yaml
from .report import FeedReport, IngestReport
from .rowfeed import Run, ingest_rows
from .tabular import open_sheet

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
YAML_SUFFIXES = (".yaml", ".yml")
SHIPPED = Path(__file__).parent / "mappings"
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
    key: HouseKey | None = None,
    touched: Callable[[Affected], None] | None = None,
) -> IngestReport:
    """Load `target`: an import.yaml, a mapping, a CSV or Excel file (with `mapping`), or a folder.

    `base` is where the files that mappings name are looked for first; else beside the mapping, then beside the
    import.yaml. `now` (aware) judges future dates and is the creation time of rows whose file gives none. A dry run
    tries everything in one transaction and rolls it back. Raises FeedError for a feed that cannot be read at all;
    wrong rows land in the report and under `rejected`. `key` is the house's identity key, which events need; `touched` is told
    whom new events, contacts and leads concern, once all is loaded.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    target, scope = shipped(target), Scope(store)
    run = Run(scope=scope, now=now, rejected=rejected, progress=progress, key=key)
    if not dry_run:
        report = IngestReport(feeds=tuple(_run(target, base, mapping, run)), dry_run=False)
        _tell(run, report, touched)
        return report
    with scope.rehearsal():
        return IngestReport(feeds=tuple(_run(target, base, mapping, run)), dry_run=True)


def _tell(run: Run, report: IngestReport, touched: Callable[[Affected], None] | None) -> None:
    """Contacts and leads that are new or changed are looked for among the identifiers; then it is told who is concerned."""
    if run.key is not None and any(
        feed.table in ("contact", "lead") and feed.new + feed.changed for feed in report.feeds
    ):
        with run.scope.batch() as session:
            run.affected.add(relink(session, run.key, run.now))
    if touched is not None:
        touched(run.affected)


def _run(target: Path, base: Path | None, mapping: Path | None, run: Run) -> list[FeedReport]:
    if not target.exists():
        raise FeedError(f"找不到 {target} (no such file or folder)。")
    if target.is_dir():
        inside = target / "import.yaml"
        return _run(inside, base, None, run) if inside.is_file() else [ingest_folder(target, run)]
    suffix = target.suffix.lower()
    if target.name.lower().endswith(LINES):
        return [ingest_events(target, read_event_mapping(mapping) if mapping else None, run)]
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
    data = read_yaml(mapping)
    if is_event_mapping(data):
        return [ingest_events(target, parse_event_mapping(data, mapping), run)]
    return [ingest_rows(parse_mapping(data, mapping), target, run)]


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
    if {"mapping"} <= keys <= {"mapping", "optional"}:
        path = _find(str(entry["mapping"]), None, (folder,), target)
        return _mapped(path, read_yaml(path), (path.parent, folder), base, run, bool(entry.get("optional")))
    raise FeedError(f"{target}：第 {number} 个 feed 要写成 {_ENTRY} (feed {number}: write {_ENTRY})。")


def _mapped(
    path: Path, data: Any, beside: tuple[Path, ...], base: Path | None, run: Run, optional: bool = False
) -> FeedReport:
    if is_event_mapping(data):
        events = parse_event_mapping(data, path)
        if events.file is None:
            raise FeedError(f"{path}：映射没有写 file (the mapping names no file)。")
        return ingest_events(_find(events.file, base, beside, path), events, run)
    mapping = parse_mapping(data, path)
    if mapping.part is not None:
        raise FeedError(
            f"{path}：这份映射读的是 CRM 接口，用 chengdan feed (it reads a CRM: use chengdan feed)。"
        )
    try:
        source = None if mapping.file is None else _source(mapping, base, beside, path)
    except FeedError:
        if not optional:
            raise
        return _left_out(mapping)
    if "*" in (mapping.file or "") and source != base:
        mapping = mapping.model_copy(
            update={"sheet": None}
        )  # a file of its own: whatever its only sheet is called
    return ingest_rows(mapping, source, run)


def _source(mapping: Mapping, base: Path | None, beside: tuple[Path, ...], path: Path) -> Path:
    """The file of a mapping; a base that is itself a workbook holds every table as a sheet."""
    if base is None or not base.is_file():
        return _find(str(mapping.file), base, beside, path)
    if mapping.sheet is not None:
        with open_sheet(base, sheet=mapping.sheet):
            return base
    return base


def _left_out(mapping: Mapping) -> FeedReport:
    report = FeedReport(feed=mapping.name, table=mapping.table)
    report.remarks.append(f"没有 {mapping.file}，略过 (no such file or sheet: left out)")
    return report


def _starred(place: Path, name: str) -> Path | None:
    """The newest by name of the tables called so; the star stands for no Chinese sign: `客户*` is not `客户联系人.xlsx`."""
    pattern = re.compile("[^\u4e00-\u9fff]*".join(re.escape(part) for part in name.split("*")))
    found = [
        one for one in place.iterdir() if one.suffix.lower() in TABLE_SUFFIXES and pattern.fullmatch(one.stem)
    ]
    return max(found, key=lambda one: one.name, default=None)


def shipped(target: Path) -> Path:
    """The folder of mappings that come with the house (`fxiaoke`, `xiaoshouyi`, `dabei`), or the target itself."""
    inside = SHIPPED / target.name
    return inside if len(target.parts) == 1 and not target.exists() and inside.is_dir() else target


def _find(name: str, base: Path | None, beside: tuple[Path, ...], asked_by: Path) -> Path:
    places = [*([base] if base is not None else []), *beside]
    for place in places:
        if (place / name).exists():
            return place / name
        if "*" in name and place.is_dir() and (found := _starred(place, name)):
            return found
    tried = "、".join(str(place) for place in dict.fromkeys(places))
    raise FeedError(f"{asked_by}：找不到 {name}，找过 {tried} (no such file; these folders were searched)。")
