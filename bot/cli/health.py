"""`doctor` says what is wrong and how to mend it; `sender` becomes the process that sends."""

from __future__ import annotations

import os
import sys

from bot.checkup import Finding, checkup
from bot.process import ROOT
from bot.settings import Settings

from . import EXIT_FAILED
from .screen import out, out_json


def doctor(*, as_json: bool) -> None:
    """Every check, even when the first one fails. Exit code 1 when something is broken."""
    findings = checkup(Settings())
    if as_json:
        out_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            out(line(finding))
    if any(finding.level == "broken" for finding in findings):
        raise SystemExit(EXIT_FAILED)


def line(finding: Finding) -> str:
    mark = {"ok": "✓", "note": "·", "broken": "✗"}[finding.level]
    fix = f"\n    → {finding.fix}" if finding.fix else ""
    return f"{mark} {finding.what}: {finding.says}{fix}"


def sender() -> None:
    """Become the process that sends, in place of this one."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    os.execve(sys.executable, [sys.executable, "-P", "-m", "bot.sender"], os.environ | {"PYTHONPATH": path})
