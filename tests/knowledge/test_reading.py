"""Attachments are read by their bytes: every hidden place, and files that were made to hurt the reader."""

from __future__ import annotations

import os
import time
import zlib
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.reading import place_name, read
from knowledge.reading.extract import extract
from knowledge.reading.file_names import name_danger
from knowledge.reading.parts import MAX_FILE, MAX_TEXT, REASONS, Reading
from tests.fakes import papers

NEEDLE = "底价 880000"


def _places(reading: Reading, needle: str = "880000") -> set[str]:
    return {part.place for part in reading.parts if needle in part.text}


def _unread(reading: Reading) -> set[str]:
    return {remark.what for remark in reading.unread}


def _dangers(reading: Reading) -> set[str]:
    return {remark.what for remark in reading.dangers}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (papers.word("您好", NEEDLE), "body"),
        (papers.word("您好", table=NEEDLE), "body"),
        (papers.word("您好", header=NEEDLE), "header"),
        (papers.word("您好", footer=NEEDLE), "footer"),
        (papers.word("您好", keywords=NEEDLE), "properties"),
        (papers.word_with_comment("您好", NEEDLE), "comments"),
        (papers.word_with_hidden("您好", NEEDLE), "hidden"),
        (papers.word_with_deleted("您好", NEEDLE), "hidden"),
    ],
)
def test_every_place_of_a_document_is_read(data: bytes, place: str) -> None:
    reading = extract("a.docx", data)
    assert place in _places(reading)
    assert not reading.unread
    assert not reading.dangers


def test_what_is_hidden_is_not_in_the_visible_text() -> None:
    body = [
        p.text for p in extract("a.docx", papers.word_with_hidden("您好", NEEDLE)).parts if p.place == "body"
    ]
    assert body == ["您好"]


def test_runs_are_joined_as_one_reads_them() -> None:
    import docx

    document = docx.Document()
    paragraph = document.add_paragraph("88")
    paragraph.add_run("00")
    paragraph.add_run("00").bold = True
    path = papers._saved(document)
    assert _places(extract("a.docx", path)) == {"body"}


def test_every_sheet_is_read_hidden_ones_and_comments_too() -> None:
    data = papers.workbook(
        [["项目", "金额"], ["平台", 1280000]], hidden={"A1": "底价", "B1": 880000}, comment="成本 770000"
    )
    reading = extract("a.xlsx", data)
    assert _places(reading) == {"hidden_sheet:内部"}
    assert "comments" in _places(reading, "770000")
    assert "sheet:报价" in _places(reading, "1280000")
    assert place_name("hidden_sheet:内部") == "隐藏工作表 内部"
    assert place_name("inner:a.docx/comments", "en") == "file a.docx inside · comments"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.12, "0.0%", "12%"),
        (46295, "yyyy-mm-dd", "2026-09-30"),
        (88, '0"万"', "88万"),
        (8.8e5, "#,##0", "880000"),
    ],
)
def test_numbers_are_read_as_their_format_shows_them(value: float, code: str, shown: str) -> None:
    assert any(shown in part.text for part in extract("a.xlsx", papers.formatted(value, code)).parts)


def test_pdf_pages_fields_and_properties_are_read() -> None:
    reading = extract("a.pdf", papers.pdf("Hello", "floor 880000", title="cost 770000"))
    assert _places(reading) == {"page:2"}
    assert _places(reading, "770000") == {"properties"}
    assert not reading.unread


def test_files_inside_files_are_read_one_level_down() -> None:
    inner = papers.word(NEEDLE)
    assert _places(extract("a.zip", papers.archive({"b.docx": inner}))) == {"inner:b.docx/body"}
    assert _places(extract("a.pdf", papers.pdf("x", attached={"b.docx": inner}))) == {"inner:b.docx/body"}
    twice = papers.archive({"c.zip": papers.archive({"b.docx": inner})})
    assert _unread(extract("a.zip", twice)) == {"nested"}
    letter = EmailMessage()
    letter["Subject"], letter["Bcc"] = "报价", "boss@example.com"
    letter.set_content("正文 880000")
    letter.add_attachment(inner, maintype="application", subtype="octet-stream", filename="b.docx")
    reading = extract("a.eml", letter.as_bytes())
    assert _places(reading) == {"body", "inner:b.docx/body"}
    assert "headers" in _places(reading, "boss@example.com")


def test_plain_texts_and_pages_are_read_in_their_own_encoding() -> None:
    for name, data in (
        ("a.txt", NEEDLE.encode("gb18030")),
        ("a.csv", NEEDLE.encode("utf-16")),
        ("a.md", NEEDLE.encode()),
    ):
        assert _places(extract(name, data)) == {"body"}
    page = (
        f"<html><body><p>您好</p><!-- {NEEDLE} --><span style='display:none'>成本 770000</span></body></html>"
    )
    reading = extract("a.html", page.encode())
    assert _places(reading) == {"markup"}
    assert _places(reading, "770000") == {"body"}


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", papers.pdf("x", password="secret"), "encrypted"),
        ("a.pdf", papers.drawn_pdf(), "no_text"),
        ("a.pdf", b"%PDF-1.7\n" + b"garbage" * 50, "damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.rar", b"Rar!\x1a\x07\x00" + bytes(50), "nested"),
        ("a.dat", bytes(range(256)) * 4, "unknown"),
        ("a.docx", papers.word("x")[:-200], "damaged"),
        ("a.txt", b"x" * (MAX_FILE + 1), "too_large"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(name: str, data: bytes, reason: str) -> None:
    reading = read(name, data)
    assert reason in _unread(reading)
    assert reason in REASONS


def test_a_screenshot_in_a_document_is_for_a_person_and_a_logo_is_not() -> None:
    def picture(width: int, height: int) -> bytes:
        return (
            b"\x89PNG\r\n\x1a\n" + bytes(8) + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(20)
        )

    document = papers.word("您好")
    assert _unread(
        extract("a.docx", papers.package(document, {"word/media/image1.png": picture(1200, 800)}))
    ) == {"picture"}
    assert not _unread(
        extract("a.docx", papers.package(document, {"word/media/image1.png": picture(400, 120)}))
    )


@pytest.mark.parametrize(
    ("name", "data", "danger"),
    [
        ("a.exe", b"MZ" + bytes(200), "executable"),
        ("报价.pdf", b"MZ" + bytes(200), "executable"),
        ("a.sh", b"#!/bin/sh\nrm -rf /\n", "executable"),
        ("a.docx", papers.package(papers.word("x"), {"word/vbaProject.bin": b"x"}), "macro"),
        ("a.pdf", papers.pdf("x", script="app.alert(1)"), "script"),
        ("a.html", b"<html><script>alert(1)</script></html>", "script"),
        ("a.html", b"<html><a onclick='x()'>go</a></html>", "script"),
        ("a.html", b"<html><img src='https://evil.example/x.png'></html>", "remote"),
        ("a.zip", papers.archive({"run.bat": b"del *"}), "executable"),
        ("a.pdf", papers.word("x"), "disguised"),
        ("a.docx", papers.pdf("x"), "disguised"),
    ],
)  # fmt: skip
def test_what_may_not_go_out_is_said(name: str, data: bytes, danger: str) -> None:
    assert danger in _dangers(extract(name, data))


def test_a_template_from_outside_is_a_danger() -> None:
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        b'Target="http://evil.example/t.dotm" TargetMode="External"/></Relationships>'
    )
    reading = extract("a.docx", papers.package(papers.word("x"), {"word/_rels/settings.xml.rels": rels}))
    assert _dangers(reading) == {"remote"}
    assert _places(reading, "evil.example") == {"links"}


def test_a_bomb_is_refused_quickly() -> None:
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    assert zeros
    started = time.monotonic()
    assert "bomb" in _unread(read("a.zip", papers.archive({"big.txt": bytes(200 * 1024 * 1024)})))
    assert "bomb" in _unread(
        read("a.docx", papers.package(papers.word("x"), {"word/document.xml": bytes(70 * 1024 * 1024)}))
    )
    many = papers.archive({f"{number}.txt": b"x" for number in range(3000)})
    assert "bomb" in _unread(read("a.zip", many))
    assert time.monotonic() - started < 20


def test_a_size_that_lies_is_counted_while_unfolding(tmp_path: Path) -> None:
    data = bytearray(papers.archive({"big.txt": bytes(80 * 1024 * 1024)}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")  # the directory claims a thousand bytes
    assert _unread(read("a.zip", bytes(data))) & {"bomb", "damaged"}


def test_entities_are_not_expanded() -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">' + laughs + b"]><x>&l9;</x>"
    outside = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'
    for xml in (bomb, outside, bomb.decode().encode("utf-16")):
        reading = read("a.docx", papers.package(papers.word("x"), {"word/document.xml": xml}))
        assert "damaged" in _unread(reading)
        assert not any("root:" in part.text for part in reading.parts)


def test_depth_and_length_have_an_end() -> None:
    deep = b"<x>" * 100_000 + b"</x>" * 100_000
    assert "damaged" in _unread(read("a.docx", papers.package(papers.word("x"), {"word/document.xml": deep})))
    started = time.monotonic()
    spaces = read("a.txt", b" " * (20 * 1024 * 1024) + NEEDLE.encode())
    assert "too_long" in _unread(spaces)
    html = read("a.html", b"<div>" * 400_000)
    assert html.parts or html.unread
    long = read("a.txt", ("您好。\n" * 200_000).encode())
    assert "too_long" in _unread(long)
    assert sum(len(part.text) for part in long.parts) <= MAX_TEXT + 100
    assert time.monotonic() - started < 30


def test_a_reader_that_hangs_is_stopped() -> None:
    started = time.monotonic()
    reading = read("slow.pdf", papers.pdf("x"), wall_seconds=0.001)
    assert _unread(reading) == {"too_slow"}
    assert time.monotonic() - started < 5


def test_the_child_gets_no_secret_and_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    from knowledge.reading.apart import bare_environment

    monkeypatch.setenv("SMTP_URL", "smtp://user:secret@localhost")
    assert "secret" not in str(bare_environment())
    code = f"from knowledge.reading.child import bind; bind(); f = open({str(tmp_path / 'x')!r}, 'w'); f.write('x' * 10); f.flush()"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=bare_environment(), capture_output=True, check=False
    )
    assert ran.returncode != 0
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0


@given(
    st.binary(max_size=400),
    st.sampled_from(["a.pdf", "a.docx", "a.xlsx", "a.zip", "a.html", "a.eml", "a.txt", "a"]),
)
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_and_read_the_same(data: bytes, name: str) -> None:
    for head in (b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        assert extract(name, head + data) == extract(name, head + data)


def _mutated(data: bytes) -> st.SearchStrategy[bytes]:
    def change(places: list[tuple[int, int]]) -> bytes:
        changed = bytearray(data)
        for at, value in places:
            changed[at % len(changed)] = value
        return bytes(changed)

    return st.lists(st.tuples(st.integers(0, len(data)), st.integers(0, 255)), max_size=20).map(change)


@given(_mutated(papers.pdf("Hello 880000", title="x")))
@settings(max_examples=60, deadline=None)
def test_damaged_pdfs_never_raise(data: bytes) -> None:
    extract("a.pdf", data)


@given(_mutated(papers.word("您好", header="x")))
@settings(max_examples=60, deadline=None)
def test_damaged_documents_never_raise(data: bytes) -> None:
    extract("a.docx", data)


@pytest.mark.parametrize(
    ("name", "danger"),
    [
        ("报价单 V2.pdf", ""), ("合同(2026.10).docx", ""), ("会议纪要-9.15.txt", ""), ("Offer v1.2 final.pdf", ""), ("无扩展名", ""),
        ("数据　表.xlsx", ""), ("invoice.pdf.exe", "executable"), ("invoice.exe ", "executable"), ("invoice.ｅxe", "executable"),
        ("报价.ехе", "executable"), ("invoice.pdf.docx", "name"), ("报价\u202efdp.xslx", "name"), ("a\u200b.pdf", "name"),
        ("a.pdf                     .txt", "name"), ("../../etc/passwd", "name"), ("a/b.pdf", "name"), ("con.pdf", "name"),
        ("报价.рdf", "name"), ("a.js", "executable"), ("setup.msi", "executable"), ("macro.docm", "executable"), ("x.lnk", "executable"),
        ("a\n.pdf", "name"), ("a.pdf.", "name"), ("x" * 300 + ".pdf", "name"), (" . ", "name"), ("a\u2800\u2800.pdf", "name"),
    ],
)  # fmt: skip
def test_names_that_deceive(name: str, danger: str) -> None:
    assert name_danger(name) == danger


def test_the_same_bytes_are_read_once() -> None:
    data = papers.pdf("once", title=str(os.getpid()))
    first = read("once.pdf", data)
    started = time.monotonic()
    assert read("once.pdf", data) is first
    assert time.monotonic() - started < 0.02


def test_a_scan_of_a_contract_takes_less_than_a_tenth_of_a_second() -> None:
    from actions.outbound import OutboundContext, scan

    clause = "第{0}条 乙方应在合同签订后三十日内交付全部设备，甲方应在验收合格后支付合同总额的百分之三十，逾期按日支付千分之五违约金。\n"
    text = "".join(clause.format(number) for number in range(60))
    scan(text[:100], OutboundContext())
    took = min(
        _time(lambda: scan(text, OutboundContext(floor_prices_fen=frozenset({88_000_000})))) for _ in range(3)
    )
    assert took < 0.25, took  # 0.04 s on the machine it was written on; a shared one may be slower


def _time(call: object) -> float:
    started = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - started


def test_encodings_inside_archives_keep_their_names() -> None:
    reading = extract("a.zip", papers.archive({"报价.txt": NEEDLE.encode("gb18030")}))
    assert _places(reading) == {"inner:报价.txt/body"}


def test_lines_that_the_page_broke_are_joined_again() -> None:
    from knowledge.reading.pdf import unwrapped

    broken = "甲方应在合同签订后向乙方支付合同总额的百分之三十作为预付款，余款\n在验收合格后付清。\n项目\n金额\n128"
    assert (
        unwrapped(broken)
        == "甲方应在合同签订后向乙方支付合同总额的百分之三十作为预付款，余款在验收合格后付清。\n项目\n金额\n128"
    )
