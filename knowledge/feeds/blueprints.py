"""Feeds of published configuration: a playbook, a process or mail templates from a YAML file."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from .errors import FeedError
from .load import Scope
from .mapping import read_yaml
from .report import FeedReport


def ingest_blueprint(kind: str, path: Path, scope: Scope, now: datetime, name: str = "default") -> FeedReport:
    """Publish the file's content as the version in force; the same content again changes nothing.

    Raises FeedError with every fault that the blueprint's lint finds.
    """
    from knowledge import blueprints
    from knowledge.library import blueprints as rows

    started = time.perf_counter()
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise FeedError(f"{path}：蓝图要写成“键: 值”的形式 (a blueprint is a YAML mapping)。")
    report = FeedReport(feed=f"{kind}/{name}", table="blueprint", file=str(path))
    try:
        with scope.batch() as session:
            before = rows.active(session, kind, name)
            if before is not None and before.version == blueprints.version_of(content):
                report.unchanged = 1
            else:
                blueprints.publish(session, kind, name, content, None, now=now)
                report.new, report.changed = (1, 0) if before is None else (0, 1)
    except blueprints.BlueprintError as error:
        raise FeedError(f"{path}：{'；'.join(str(error).splitlines())}") from None
    except TypeError as error:
        raise FeedError(f"{path}：请给日期等值加引号 (quote dates and the like)：{error}") from None
    report.seconds = time.perf_counter() - started
    return report
