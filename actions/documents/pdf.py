"""Word to PDF by LibreOffice: one process a conversion, a profile of our own, a time-out, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from .faults import DocumentRefused

TIMEOUT_S = 90.0
PROFILE = "chengdan-office-"
SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
FONTS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("宋体", "SimSun", "新宋体", "NSimSun", "仿宋", "FangSong", "仿宋_GB2312", "楷体", "KaiTi", "华文宋体"): (SERIF,),
    ("黑体", "SimHei", "微软雅黑", "Microsoft YaHei", "等线", "DengXian"): (SANS,),
    ("Times New Roman",): ("Liberation Serif", SERIF),
    ("Arial", "Helvetica"): ("Liberation Sans", SANS),
    ("Calibri",): ("Carlito", SANS),
}  # fmt: skip
"""What stands in for the usual fonts of Word where they are not installed: without it Chinese may become squares."""

_SECURITY = {
    "MacroSecurityLevel": "3",
    "DisableMacrosExecution": "true",
    "BlockUntrustedRefererLinks": "true",
}


class PdfUnavailable(DocumentRefused):
    """There is no PDF; the Word file stands alone, and the sentence says so."""


class PdfConverter(Protocol):
    """Something that turns a Word file into a PDF."""

    def convert(self, docx: bytes) -> bytes:
        """The PDF. Raises PdfUnavailable with a sentence when there can be none."""
        ...


@dataclass
class LibreOffice:
    """Safe to use from many threads: conversions of one object wait for each other, each object has its own profile.

    `program` "" looks for soffice on the PATH. `timeout_s` is for one conversion.
    """

    program: str = ""
    timeout_s: float = TIMEOUT_S
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _home: Path | None = field(default=None, repr=False)
    _tidy: Callable[[], object] = field(default=lambda: None, repr=False)

    @property
    def program_path(self) -> str:
        """Which program would be started; "" when there is none."""
        return self.program or shutil.which("soffice") or shutil.which("libreoffice") or ""

    def convert(self, docx: bytes) -> bytes:
        program = self.program_path
        if not program:
            raise PdfUnavailable(
                "这台机器上没有 LibreOffice，所以只有 Word 文件，没有 PDF（安装 libreoffice-writer 后再试）。",
                "LibreOffice is not installed here, so there is the Word file but no PDF (install libreoffice-writer).",
            )
        with self._lock:
            return self._convert(program, docx)

    def close(self) -> None:
        """Take the profile away now: a process that leaves at once does not wait for what tidies up at its end."""
        self._tidy()

    def _convert(self, program: str, docx: bytes) -> bytes:
        home = self._profile()
        with tempfile.TemporaryDirectory(prefix="work-", dir=home) as folder:
            source, target = Path(folder, "paper.docx"), Path(folder, "paper.pdf")
            source.write_bytes(docx)
            said = self._run(program, home, source)
            pdf = target.read_bytes() if target.exists() else b""
        if not pdf.startswith(b"%PDF-"):
            raise PdfUnavailable(
                f"LibreOffice 没能转成 PDF（{said}），所以只有 Word 文件。",
                f"LibreOffice made no PDF ({said}), so there is only the Word file.",
            )
        return pdf

    def _run(self, program: str, home: Path, source: Path) -> str:
        """One process in its own group, so that a time-out ends its children too; returns what it said."""
        command = [
            program, f"-env:UserInstallation={(home / 'profile').as_uri()}", "--headless", "--norestore",
            "--nologo", "--nolockcheck", "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(source.parent),
            str(source),
        ]  # fmt: skip
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(home),
                start_new_session=True,
            )
        except OSError as error:
            raise PdfUnavailable(
                f"LibreOffice 启动不了（{error.strerror}），所以只有 Word 文件。",
                f"LibreOffice does not start ({error.strerror}), so there is only the Word file.",
            ) from error
        try:
            said, _ = process.communicate(timeout=self.timeout_s)
        except subprocess.TimeoutExpired as late:
            raise PdfUnavailable(
                f"转成 PDF 超过 {self.timeout_s:g} 秒，已停止，所以只有 Word 文件。",
                f"the PDF took more than {self.timeout_s:g} seconds and was stopped; there is only the Word file.",
            ) from late
        finally:
            _end(process)
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:200] if lines else f"exit {process.returncode}"

    def _profile(self) -> Path:
        """This object's folder, made at first use and taken away with the object or the process."""
        if self._home is None or not self._home.exists():
            _sweep()
            self._home = Path(tempfile.mkdtemp(prefix=f"{PROFILE}{os.getpid()}-"))
            self._tidy = weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
            user = self._home / "profile" / "user"
            user.mkdir(parents=True)
            (user / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
            (self._home / "fonts.conf").write_text(_fonts_conf(), encoding="utf-8")
        return self._home


def _environment(home: Path) -> dict[str, str]:
    """Nothing of ours goes along: no keys, no proxies."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "FONTCONFIG_FILE": str(home / "fonts.conf"),
        "SAL_USE_VCLPLUGIN": "svp",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _sweep() -> None:
    """Folders of processes that were killed before they could clean up."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PROFILE}*"):
        owner = folder.name.removeprefix(PROFILE).split("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _settings() -> str:
    """LibreOffice's own settings: no macros, nothing fetched from outside."""
    path = "/org.openoffice.Office.Common/Security/Scripting"
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for name, value in _SECURITY.items()
    )
    space = 'xmlns:oor="http://openoffice.org/2001/registry"'
    return f'<?xml version="1.0" encoding="UTF-8"?><oor:items {space}>{items}</oor:items>'


def _fonts_conf() -> str:
    """The system's fonts, and for each usual font the ones that may stand in for it."""
    rules = "".join(
        f'<alias binding="same"><family>{escape(name)}</family><accept>'
        + "".join(f"<family>{escape(one)}</family>" for one in stand_ins)
        + "</accept></alias>\n"
        for names, stand_ins in FONTS.items()
        for name in names
    )
    return f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
{rules}</fontconfig>
"""
