"""Files out (what DingTalk takes, the rest zipped or refused in words) and files in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bot.channels.dingtalk.files import safe_name
from bot.street.words import Attachment, Fate, FilePart, Gone, Load, TooLarge
from tests.fakes.dingtalk_http import Reply
from tests.fakes.dingtalk_server import FILES, PERSON, UPLOAD
from tests.fakes.dingtalk_street import Scene, in_loop, parcel, scene


def part(folder: Path, name: str, content: bytes, mime: str = "application/pdf") -> FilePart:
    path = folder / "0123abc"
    path.write_bytes(content)
    return FilePart(path=str(path), name=name, mime=mime)


@in_loop
async def test_a_document_is_uploaded_and_sent(tmp_path: Path) -> None:
    async with scene() as at:
        to = await at.address()
        sent = await at.channel.send(parcel(Load.FILE, to, file=part(tmp_path, "报价 v2.pdf", b"%PDF")))
        assert sent.fate is Fate.SENT
        assert [(one.kind, one.text) for one in at.fake.chats["staff1"]] == [("file", "报价 v2.pdf")]
        assert next(iter(at.fake.media.values())) == ("报价 v2.pdf", b"%PDF")


@in_loop
async def test_a_picture_is_a_picture_in_a_group_too(tmp_path: Path) -> None:
    async with scene(run=False) as at:
        image = part(tmp_path, "图.png", b"\x89PNG", "image/png")
        assert (await at.channel.send(parcel(Load.IMAGE, "cidgroup=", file=image))).fate is Fate.SENT
        assert at.fake.chats["cidgroup="][0].kind == "image"


@pytest.mark.parametrize("name", ["名单.csv", "记录.txt", "没有后缀", "图.webp"])
@in_loop
async def test_what_dingtalk_does_not_take_is_zipped(tmp_path: Path, name: str) -> None:
    async with scene(run=False) as at:
        load = Load.IMAGE if name.endswith("webp") else Load.FILE
        sent = await at.channel.send(parcel(load, "staff1", file=part(tmp_path, name, b"a,b\n1,2\n")))
        assert sent.fate is Fate.SENT, sent
        uploaded, content = next(iter(at.fake.media.values()))
        assert uploaded == f"{name}.zip"
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.read(name) == b"a,b\n1,2\n"


@in_loop
async def test_thirty_megabytes_are_refused_in_words(tmp_path: Path) -> None:
    async with scene(run=False) as at:
        file = part(tmp_path, "大.pdf", b"0" * (30 * 2**20))
        assert (await at.channel.send(parcel(Load.FILE, "staff1", file=file))).fate is Fate.NEVER
        assert "20 MB" in at.fake.texts("staff1")[0]
        assert at.fake.calls[UPLOAD] == 0


@in_loop
async def test_a_missing_file_and_failing_uploads(tmp_path: Path) -> None:
    async with scene(run=False, timeout_s=0.3) as at:
        gone = FilePart(path=str(tmp_path / "no"), name="a.pdf")
        assert (await at.channel.send(parcel(Load.FILE, "staff1", file=gone))).fate is Fate.NEVER
        file = parcel(Load.FILE, "staff1", file=part(tmp_path, "a.pdf", b"x"))
        at.fake.fail(UPLOAD, Reply(drop=True), Reply(500, b"x"), Reply(200, {"errcode": 0}))
        assert [(await at.channel.send(file)).fate for _ in range(3)] == [Fate.LATER] * 3
        at.fake.fail(PERSON, Reply(hang=True), after=True)
        assert (await at.channel.send(file)).fate is Fate.UNKNOWN
        at.fake.revoke()
        assert (await at.channel.send(file)).fate is Fate.SENT


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\报价.pdf", "报价.pdf"),
        ("a\u202efdp.exe", "a_fdp.exe"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("", "file"),
        ("...", "file"),
        (".env", "env"),
        ("长" * 300 + ".pdf", "长" * 80 + ".pdf"),
        ('<x>"|?*.pdf', "_x_____.pdf"),
    ],
)
def test_names_are_only_shown(name: str, shown: str) -> None:
    assert safe_name(name) == shown


async def fetch(at: Scene, folder: Path, limit: int = 1000, **fields: str) -> tuple[str, bytes, str]:
    announced = Attachment(**({"kind": "file", "ref": "code"} | fields))  # type: ignore[arg-type]
    got = await at.channel.fetch(announced, folder, limit)
    return got.name, Path(got.path).read_bytes(), got.mime


@in_loop
async def test_a_file_is_fetched_under_a_name_of_ours(tmp_path: Path) -> None:
    async with scene(run=False) as at:
        at.fake.files["code"] = ("../../quote.pdf", b"%PDF", "application/pdf; x=y")
        assert await fetch(at, tmp_path, name="announced.pdf") == ("quote.pdf", b"%PDF", "application/pdf")
        at.fake.files["code"] = ("", b"amr", "audio/amr")
        assert (await fetch(at, tmp_path, kind="voice"))[0] == "voice.amr"
        assert (await fetch(at, tmp_path, name="录音.m4a"))[0] == "录音.m4a"
        assert {path.parent for path in tmp_path.iterdir()} == {tmp_path}


@in_loop
async def test_too_large_is_found_out_early_and_leaves_nothing(tmp_path: Path) -> None:
    async with scene(run=False) as at:
        at.fake.files["code"] = ("big.zip", b"0" * (30 * 2**20), "application/zip")
        with pytest.raises(TooLarge):
            await fetch(at, tmp_path, limit=20 * 2**20)
        assert not list(tmp_path.iterdir())
        at.fake.fail("/files/code", Reply(200, b"0" * 5000, {"transfer": "x"}))
        with pytest.raises(TooLarge):
            await fetch(at, tmp_path)
        assert not list(tmp_path.iterdir())


@in_loop
async def test_gone_and_later(tmp_path: Path) -> None:
    async with scene(run=False, timeout_s=0.3) as at:
        with pytest.raises(Gone):
            await fetch(at, tmp_path)
        at.fake.files["code"] = ("a.pdf", b"x", "application/pdf")
        for reply in (Reply(404, b""), Reply(403, b"")):
            at.fake.fail("/files/code", reply)
            with pytest.raises(Gone):
                await fetch(at, tmp_path)
        for reply in (Reply(500, b""), Reply(drop=True), Reply(hang=True)):
            at.fake.fail("/files/code", reply)
            with pytest.raises(OSError, match="download"):
                await fetch(at, tmp_path)
        at.fake.fail(FILES, Reply(503, b""))
        with pytest.raises(OSError, match="DingTalk"):
            await fetch(at, tmp_path)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://127.0.0.1/x",
        "https://[::1]/",
        "https://intranet/x",
        "",
    ],
)
@in_loop
async def test_a_download_never_leads_into_our_own_network(tmp_path: Path, url: str) -> None:
    async with scene(run=False) as at:
        at.fake.fail(FILES, Reply(200, {"downloadUrl": url}))
        with pytest.raises(Gone):
            await fetch(at, tmp_path)
        at.fake.files["code"] = ("a.pdf", b"x", "application/pdf")
        at.fake.fail("/files/code", Reply(302, b"", {"location": url or "/files/code"}))
        if url:
            with pytest.raises(Gone):
                await fetch(at, tmp_path)
        else:
            assert (await fetch(at, tmp_path))[1] == b"x"
