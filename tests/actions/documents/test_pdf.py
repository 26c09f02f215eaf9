"""Word to PDF by the real LibreOffice: sums are read back, a time-out leaves nothing behind, many threads may ask at once."""

from __future__ import annotations

import shutil
import stat
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from actions.documents.catalogue import shipped
from actions.documents.faults import DocumentRefused
from actions.documents.pdf import PROFILE, LibreOffice, PdfUnavailable
from actions.documents.pdf_text import lacking, text_of_pdf
from actions.documents.render import render
from tests.fakes.word_files import word

needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"
)


@pytest.fixture(scope="module")
def office() -> LibreOffice:
    return LibreOffice()


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"{PROFILE}*"))


@needs_office
@pytest.mark.parametrize("template", shipped().templates, ids=lambda one: one.id)
def test_what_the_template_says_stands_in_the_pdf_in_chinese_type(
    template: object, office: LibreOffice
) -> None:
    values = template.schema_of_fields.samples() | {  # type: ignore[attr-defined]
        "total": "¥1,288,000.00",
        "total_words": "人民币壹佰贰拾捌万捌仟元整",
        "buyer_name": "华东医疗器械有限公司",
    }
    pdf = office.convert(render(template.data, values))  # type: ignore[attr-defined]
    wanted = ["¥1,288,000.00", "人民币壹佰贰拾捌万捌仟元整", "华东医疗器械有限公司", "1,840.00"]
    assert lacking(pdf, wanted) == []
    assert lacking(pdf, ["¥1,288,000.01"]) == ["¥1,288,000.01"]
    fonts = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "CJK" in fonts or "Sim" in fonts or "Han" in fonts, fonts
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:]), "every font is embedded"


@needs_office
def test_many_threads_get_each_their_own_pdf() -> None:
    office = LibreOffice()
    papers = [word(f"第 {n} 份，金额 ¥{n},000.00") for n in range(1, 5)]
    with ThreadPoolExecutor(4) as pool:
        pdfs = list(pool.map(office.convert, papers))
    for n, pdf in enumerate(pdfs, 1):
        assert lacking(pdf, [f"第{n}份", f"¥{n},000.00"]) == []


@needs_office
def test_the_profile_goes_with_its_owner() -> None:
    before = folders()
    office = LibreOffice()
    office.convert(word("一"))
    (made,) = folders() - before
    assert [one.name for one in made.glob("work-*")] == []
    office.close()
    assert not made.exists()
    assert office.convert(word("二")).startswith(b"%PDF")
    (again,) = folders() - before
    del office
    assert not again.exists()


def test_a_folder_of_a_dead_process_is_swept_away_and_one_of_a_living_one_is_not(tmp_path: Path) -> None:
    done = subprocess.Popen(["true"])
    done.wait()
    dead = Path(tempfile.mkdtemp(prefix=f"{PROFILE}{done.pid}-"))
    alive = Path(tempfile.mkdtemp(prefix=f"{PROFILE}1-"))
    try:
        with pytest.raises(PdfUnavailable):
            LibreOffice(program=str(_program(tmp_path, "exit 0"))).convert(word("一"))
        assert not dead.exists()
        assert alive.exists()
    finally:
        shutil.rmtree(alive)


def _program(folder: Path, script: str) -> Path:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def test_without_libreoffice_it_is_said_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(PdfUnavailable) as refused:
        LibreOffice().convert(word("一"))
    assert "只有 Word 文件" in refused.value.zh
    assert "LibreOffice is not installed" in refused.value.en


def test_a_program_that_does_not_start_fails_or_lies_is_said_so(tmp_path: Path) -> None:
    for program in (tmp_path / "none", _program(tmp_path, "echo broken; exit 1")):
        with pytest.raises(PdfUnavailable) as refused:
            LibreOffice(program=str(program)).convert(word("一"))
        assert "Word" in refused.value.zh
    lies = _program(tmp_path, 'for one; do last=$one; done; echo no pdf > "${last%.docx}.pdf"')
    with pytest.raises(PdfUnavailable):
        LibreOffice(program=str(lies)).convert(word("一"))


def test_a_time_out_ends_the_whole_group(tmp_path: Path) -> None:
    marker = tmp_path / "alive"
    program = _program(tmp_path, f"(while true; do date > {marker}; sleep 0.1; done) & wait")
    began = time.monotonic()
    with pytest.raises(PdfUnavailable, match="more than"):
        LibreOffice(program=str(program), timeout_s=0.5).convert(word("一"))
    assert time.monotonic() - began < 10
    time.sleep(0.3)
    marker.unlink()
    time.sleep(0.4)
    assert not marker.exists(), "the child still writes"
    assert threading.active_count() < 20


def test_nothing_secret_reaches_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://u:secret@h")
    seen = tmp_path / "env"
    with pytest.raises(PdfUnavailable):
        LibreOffice(program=str(_program(tmp_path, f"env > {seen}"))).convert(word("一"))
    assert "secret" not in seen.read_text(encoding="utf-8")


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(DocumentRefused):
        text_of_pdf(b"%PDF-1.7 nothing")
