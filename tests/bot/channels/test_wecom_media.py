"""Files up and down: names as they are, sizes held, ranges, broken lines, and errors that come as a good answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from bot.channels.wecom.media import clean_name
from bot.street.words import Address, Attachment, Fate, FilePart, Gone, Load, Parcel, TooLarge
from tests.fakes.wecom_house import Scene, scene

Play = Callable[[Scene], Awaitable[None]]
SEND, UPLOAD, GET = "message/send", "media/upload", "media/get"
MB = 1024 * 1024


def played(play: Play, *, timeout_s: float = 20.0) -> None:
    async def run() -> None:
        async with scene(timeout_s=timeout_s) as stage:
            await play(stage)

    asyncio.run(run())


def parcel(
    path: Path, name: str, mime: str = "application/pdf", load: Load = Load.FILE, number: int = 1
) -> Parcel:
    part = FilePart(path=str(path), name=name, mime=mime)
    return Parcel(id=f"f{number}", load=load, address=Address(channel="wecom", to="lina"), file=part)


def test_a_file_arrives_under_its_chinese_name(tmp_path: Path) -> None:
    path = tmp_path / "a1b2"
    path.write_bytes(b"%PDF-1.4 fake")

    async def play(stage: Scene) -> None:
        assert (await stage.channel.send(parcel(path, "报价单 v2.pdf"))).fate is Fate.SENT
        (shown,) = stage.wecom.seen("lina")
        assert (shown.kind, shown.name, shown.content) == ("file", "报价单 v2.pdf", b"%PDF-1.4 fake")

    played(play)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ('a"; filename="b.exe', "a; filename=b.exe"),
        ("a\r\nX: y.pdf", "aX: y.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("", "file"),
        ("...", "file"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_hostile_names_are_shown_harmless(tmp_path: Path, name: str, seen: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"123456")

    async def play(stage: Scene) -> None:
        assert (await stage.channel.send(parcel(path, name))).fate is Fate.SENT
        assert stage.wecom.seen("lina")[0].name == seen

    assert clean_name(name) == seen
    played(play)


def test_pictures_are_pictures_and_what_wecom_does_not_show_is_a_file(tmp_path: Path) -> None:
    png, webp, big = tmp_path / "p", tmp_path / "w", tmp_path / "b"
    png.write_bytes(b"\x89PNG....")
    webp.write_bytes(b"RIFF....WEBP")
    big.write_bytes(b"\x89PNG" + bytes(10 * MB))

    async def play(stage: Scene) -> None:
        for number, (path, mime) in enumerate(((png, "image/png"), (webp, "image/webp"), (big, "image/png"))):
            sent = await stage.channel.send(parcel(path, "图.png", mime, Load.IMAGE, number))
            assert sent.fate is Fate.SENT
        assert [shown.kind for shown in stage.wecom.seen("lina")] == ["image", "file", "file"]

    played(play)


def test_thirty_megabytes_an_empty_and_a_missing_file_are_refused_in_words(tmp_path: Path) -> None:
    big, empty = tmp_path / "big", tmp_path / "empty"
    with big.open("wb") as file:
        file.truncate(30 * MB)
    empty.write_bytes(b"")

    async def play(stage: Scene) -> None:
        refused = await stage.channel.send(parcel(big, "录音.zip"))
        assert refused.fate is Fate.NEVER
        assert "录音.zip 有 30 MB" in stage.wecom.texts("lina")[-1]
        assert (await stage.channel.send(parcel(empty, "空.pdf", number=2))).fate is Fate.NEVER
        assert "空.pdf 是空的" in stage.wecom.texts("lina")[-1]
        assert (await stage.channel.send(parcel(tmp_path / "no", "无.pdf", number=3))).fate is Fate.NEVER
        assert stage.wecom.count(UPLOAD) == 0

    played(play)


def test_one_upload_serves_many_and_is_renewed_once_when_it_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"123456")

    async def play(stage: Scene) -> None:
        for number in range(3):
            await stage.channel.send(parcel(path, "周报.pdf", number=number))
        assert stage.wecom.count(UPLOAD) == 1
        stage.wecom.forget_media()
        assert (await stage.channel.send(parcel(path, "周报.pdf", number=4))).fate is Fate.SENT
        assert stage.wecom.count(UPLOAD) == 2
        stage.wecom.errcodes[SEND].extend([40007, 40007])
        assert (await stage.channel.send(parcel(path, "周报.pdf", number=5))).fate is Fate.NEVER
        assert stage.wecom.count(UPLOAD) == 3

    played(play)


def test_an_upload_that_gets_no_answer_is_surely_unsent(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"123456")

    async def play(stage: Scene) -> None:
        await stage.channel.api.tokens.current()
        stage.wecom.lost[UPLOAD].append(0.5)
        assert (await stage.channel.send(parcel(path, "a.pdf"))).fate is Fate.LATER
        stage.wecom.lost[SEND].append(0.5)
        assert (await stage.channel.send(parcel(path, "a.pdf"))).fate is Fate.UNKNOWN

    played(play, timeout_s=0.2)


def test_a_voice_comes_down_with_its_name_from_the_header(tmp_path: Path) -> None:
    async def play(stage: Scene) -> None:
        await stage.wecom.phone.voice("lina", b"#!AMR\n" + b"\x3c" * 500)
        (voice,) = stage.intake.last.attachments
        got = await stage.channel.fetch(voice, tmp_path, 10 * MB)
        assert (got.name, got.mime, got.size) == ("voice.amr", "audio/amr", 506)
        assert Path(got.path).parent == tmp_path
        assert Path(got.path).read_bytes() == b"#!AMR\n" + b"\x3c" * 500

    played(play)


def test_thirty_megabytes_come_in_ranges_and_a_broken_line_goes_on(tmp_path: Path) -> None:
    content = bytes(range(256)) * (30 * MB // 256)

    async def play(stage: Scene) -> None:
        media_id = stage.wecom.put_media(content, "录音.m4a", "audio/mp4")
        stage.wecom.breaks_after = 3 * MB
        got = await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, 50 * MB)
        assert (got.name, got.size) == ("录音.m4a", 30 * MB)
        assert await asyncio.to_thread(Path(got.path).read_bytes) == content
        assert all(asked.startswith("bytes=") for asked in stage.wecom.ranges)
        assert len(stage.wecom.ranges) == 5
        with pytest.raises(TooLarge) as large:
            await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, 20 * MB)
        assert large.value.limit == 20 * MB
        assert list(tmp_path.iterdir()) == [Path(got.path)]

    played(play)


def test_small_exact_and_empty_files_come_whole(tmp_path: Path) -> None:
    async def play(stage: Scene) -> None:
        for content in (b"x", b"y" * 8 * MB, b"z" * (8 * MB + 1)):
            media_id = stage.wecom.put_media(content, "f")
            got = await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, 9 * MB)
            assert Path(got.path).read_bytes() == content
        with pytest.raises(TooLarge):
            await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, 8 * MB)

    played(play)


def test_an_error_in_a_good_answer_is_seen_and_no_file_stays(tmp_path: Path) -> None:
    async def play(stage: Scene) -> None:
        with pytest.raises(Gone, match="40007"):
            await stage.channel.fetch(Attachment(kind="file", ref="MEDIA-old"), tmp_path, MB)
        media_id = stage.wecom.put_media(b'{"errcode": 40007}', "data.json", "application/json")
        got = await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, MB)
        assert got.size == 18  # a JSON file of a member is a file
        Path(got.path).unlink()
        for codes in ([45009], [60020], [40014, 40014]):
            stage.wecom.errcodes[GET].extend(codes)
            with pytest.raises(OSError, match=str(codes[0])):
                await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, MB)
        stage.wecom.errcodes[GET].append(42001)
        assert (await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, MB)).size == 18
        stage.wecom.statuses[GET].extend([500] * 4)
        with pytest.raises(OSError, match="HTTP 500"):
            await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, MB)
        assert len(list(tmp_path.iterdir())) == 1

    played(play)


def test_a_token_revoked_between_two_ranges_does_not_break_the_file(tmp_path: Path) -> None:
    content = b"ab" * 6 * MB

    async def play(stage: Scene) -> None:
        media_id = stage.wecom.put_media(content, "f")
        stage.wecom.errcodes[GET].extend([0, 40014])
        got = await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, 50 * MB)
        assert got.size == len(content)
        assert (len(stage.wecom.ranges), stage.wecom.count(GET)) == (2, 3)

    played(play)


def test_a_member_named_file_cannot_leave_its_folder(tmp_path: Path) -> None:
    async def play(stage: Scene) -> None:
        media_id = stage.wecom.put_media(b"x" * 10, "..%2F..%2Fevil.sh")
        got = await stage.channel.fetch(Attachment(kind="file", ref=media_id), tmp_path, MB)
        assert got.name == "evil.sh"
        named = Attachment(kind="file", ref=media_id, name="../../other.sh")
        assert (await stage.channel.fetch(named, tmp_path, MB)).name == "other.sh"
        assert {path.parent for path in tmp_path.iterdir()} == {tmp_path}

    played(play)


@pytest.mark.parametrize("headers", [{}, {"content-range": "bytes 0-9/10"}, {"content-length": "10"}])
def test_more_bytes_than_announced_are_not_taken(tmp_path: Path, headers: dict[str, str]) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * MB

    def answer(request: httpx.Request) -> httpx.Response:
        status = 206 if "content-range" in headers else 200
        named = {"content-disposition": 'attachment; filename="x"', **headers}
        return httpx.Response(status, headers=named, content=endless())

    async def play(stage: Scene) -> None:
        await stage.channel.api.tokens.current()
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as lying:
            stage.channel.api._http = lying
            with pytest.raises(TooLarge):
                await stage.channel.fetch(Attachment(kind="file", ref="M"), tmp_path, 3 * MB)
        assert not list(tmp_path.iterdir())

    played(play)
