"""What is sent up and brought down: limits, malformed bodies, hostile names, files that are kept and fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.street.port import Intake
from bot.street.words import (
    Address,
    Arrival,
    Attachment,
    ClickAnswer,
    FilePart,
    Gone,
    Load,
    Parcel,
    Receipt,
    TooLarge,
)
from bot.wiring import House
from knowledge.store import StoreError
from tests.fakes.web_console import Form, Stage, play

HOSTILE = "../../etc/\u202e<script>alert(1)</script>\r\nx.pdf"


@dataclass
class Listening:
    """The street's intake, and what was handed in to it."""

    real: Intake
    arrivals: list[Arrival] = field(default_factory=list)

    async def accept(self, arrival: Arrival) -> Receipt:
        receipt = await self.real.accept(arrival)
        if receipt.fresh:
            self.arrivals.append(arrival)
        return receipt

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        return await self.real.click(arrival, within_s)

    def close(self) -> None:
        self.real.close()  # type: ignore[attr-defined]


def arrivals(stage: Stage) -> list[Arrival]:
    """From now on what is handed in is in this list."""
    listening = Listening(stage.street.intake)
    vars(stage.street)["intake"] = listening
    return listening.arrivals


async def stream(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65536):
        yield b"x" * 65536


def test_too_much_is_refused_in_words_whether_it_says_so_or_not(demo_house: House) -> None:
    demo_house.settings.max_upload_mb = 1

    async def scene(stage: Stage) -> None:
        lina, stranger, taken = await stage.user("p-lina"), stage.stranger(), arrivals(stage)
        urlencoded = {"content-type": "application/x-www-form-urlencoded"}
        for content in (b"code=" + b"x" * 600_000, stream(1_000_000)):
            answer = await stranger.http.post("/login", content=content, headers=urlencoded)
            assert answer.status_code == 413
            assert "太大" in answer.text
        form = await lina.chat_form("look")
        answer = await lina.submit(form, files={"file": ("a.bin", b"x" * 2_500_000)})
        assert answer.status_code == 413
        answer = await lina.submit(Form("/say", form.fields | {"text": "字" * 100_001}))
        assert answer.status_code == 413
        assert "100001" in answer.text
        assert taken == []

    play(demo_house, scene)


def test_ten_thousand_characters_are_taken(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, taken = await stage.user("p-lina"), arrivals(stage)
        assert (await lina.submit(await lina.chat_form("价" * 10_000))).status_code == 200
        assert len(taken[0].text) == 10_000

    play(demo_house, scene)


def test_malformed_forms_are_refused_and_nothing_is_taken(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, taken = await stage.user("p-lina"), arrivals(stage)
        form = await lina.chat_form("hello")
        for once in ("", "short", "x" * 65, "a b c d e f", "../../../../x", "\u0000" * 9):
            answer = await lina.submit(Form("/say", form.fields | {"once": once}))
            assert answer.status_code == 400, once
        assert (await lina.submit(Form("/say", form.fields | {"text": "  \n "}))).status_code == 400
        multipart = {"content-type": "multipart/form-data; boundary=x"}
        for body in (b"nonsense", b"--x\r\nContent-Disposition: form-data\r\n\r\n", b"", b"--x" * 1000):
            answer = await lina.http.post("/say", content=body, headers=multipart)
            assert answer.status_code in (400, 403), body
        files = [("file", (f"{n}.txt", b"x")) for n in range(6)]
        assert (await lina.submit(form, files=files)).status_code == 400
        answer = await lina.http.post("/say", json={"text": "x"})
        assert answer.status_code == 403
        assert taken == []

    play(demo_house, scene)


def test_a_file_comes_up_under_a_name_of_ours_and_is_fetched_once_kept(
    demo_house: House, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        lina, taken = await stage.user("p-lina"), arrivals(stage)
        form = await lina.chat_form("")
        for _ in range(2):
            answer = await lina.submit(form, files={"file": (HOSTILE, b"%PDF-1.7", "application/pdf")})
            assert answer.status_code == 200
        page = await lina.page()
        assert "<script>alert" not in page
        assert "x.pdf" in page
        (arrival,) = taken
        (sent,) = arrival.attachments
        assert "/" not in sent.name
        assert "\n" not in sent.name
        assert (sent.kind, sent.size, sent.mime) == ("file", 8, "application/pdf")
        folder = stage.web.folder / "uploads"
        assert [path.name for path in folder.iterdir()] == [sent.ref]
        fetched = await stage.web.fetch(sent, tmp_path, 1000)
        assert Path(fetched.path).read_bytes() == b"%PDF-1.7"
        assert Path(fetched.path).parent == tmp_path
        with pytest.raises(TooLarge):
            await stage.web.fetch(sent, tmp_path, 7)
        for ref in ("../key", "key", "", "a" * 40, "/etc/passwd"):
            with pytest.raises(Gone):
                await stage.web.fetch(Attachment(kind="file", ref=ref), tmp_path, 1000)

    play(demo_house, scene)


def test_a_thirty_megabyte_recording_is_taken(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, taken = await stage.user("p-lina"), arrivals(stage)
        form = await lina.chat_form("昨天的通话")
        sound = ("call.mp3", b"\0" * 30_000_000, "audio/mpeg")
        assert (await lina.submit(form, files={"file": sound})).status_code == 200
        (sent,) = taken[0].attachments
        assert (sent.kind, sent.size) == ("file", 30_000_000)

    play(demo_house, scene)


def test_files_of_the_house_are_saved_and_only_pictures_are_shown(demo_house: House) -> None:
    var = demo_house.settings.var_dir
    (var / "papers").mkdir(exist_ok=True)
    (var / "papers" / "x").write_bytes(b"<script>alert(1)</script>")

    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        here = Address(channel="web", to="p-lina")
        for key, load, path, mime in (
            ("a", Load.FILE, var / "papers" / "x", "text/html"),
            ("b", Load.IMAGE, var / "papers" / "x", "image/png"),
            ("c", Load.FILE, Path("/etc/hostname"), "text/plain"),
            ("d", Load.FILE, var / "papers" / "gone", "text/plain"),
        ):
            part = FilePart(path=str(path), name='报价"\r\n.html', mime=mime)
            await stage.web.send(Parcel(id=key, load=load, address=here, file=part))
        lines, _ = stage.web.lines.page("p-lina", 10)
        saved, shown, outside, gone = [await lina.http.get(f"/files/{line.id}") for line in lines]
        assert saved.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E6%8A%A5")
        assert saved.headers["content-type"] == "application/octet-stream"
        assert shown.headers["content-disposition"].startswith("inline")
        assert "sandbox" in saved.headers["content-security-policy"]
        assert (outside.status_code, gone.status_code) == (404, 404)

    play(demo_house, scene)


def test_a_drawn_picture_is_shown_as_svg_with_its_words_and_nothing_else_is(demo_house: House) -> None:
    drawn, papers = demo_house.settings.var_dir / "pictures", demo_house.settings.var_dir / "papers"
    for folder in (drawn, papers):
        folder.mkdir(exist_ok=True)
        (folder / "a.svg").write_bytes(b"<svg/>")
        (folder / "a.png").write_bytes(b"\x89PNG")

    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        here = Address(channel="web", to="p-lina")
        for folder in (drawn, papers):
            part = FilePart(
                path=str(folder / "a.png"), name="talk.png", mime="image/png", svg=str(folder / "a.svg")
            )
            await stage.web.send(
                Parcel(id=folder.name, load=Load.IMAGE, address=here, file=part, text="谁在说<b>话")
            )
        page = await lina.page()
        lines, _ = stage.web.lines.page("p-lina", 10)
        assert f'src="/files/{lines[0].id}?form=svg" alt="谁在说&lt;b&gt;话"' in page
        shown = await lina.http.get(f"/files/{lines[0].id}?form=svg")
        assert shown.headers["content-type"].startswith("image/svg+xml")
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        assert (await lina.http.get(f"/files/{lines[0].id}")).headers["content-type"] == "image/png"
        assert (await lina.http.get(f"/files/{lines[1].id}?form=svg")).status_code == 404, "not one we drew"

    play(demo_house, scene)


class Refusing:
    """An intake whose database is away."""

    async def accept(self, arrival: Arrival) -> Receipt:
        raise StoreError("数据库正忙。", "The database is busy.")

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        raise StoreError("数据库正忙。", "The database is busy.")

    def close(self) -> None: ...


def test_a_message_that_could_not_be_stored_is_said_to_be_so_and_not_shown(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, taken = await stage.user("p-lina"), arrivals(stage)
        form = await lina.chat_form("hello")
        real = stage.street.intake
        vars(stage.street)["intake"] = Refusing()
        answer = await lina.submit(form)
        assert answer.status_code == 503
        assert "数据库正忙" in answer.text
        assert "<article" not in await lina.page()
        vars(stage.street)["intake"] = real
        assert "hello" in (await lina.submit(form)).text, "the same form again is taken"
        assert len(taken) == 1

    play(demo_house, scene)


def test_a_file_sent_up_is_read_and_asked_about_like_on_every_platform(demo_house: House) -> None:
    minutes = (
        "会议纪要:华东医疗影像平台。客户要求 38 TB 历史数据在两周内迁移完毕,停机不超过 4 小时。".encode()
    )

    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        answer = await lina.submit(await lina.chat_form(""), files={"file": ("纪要.txt", minutes)})
        assert "商机" in answer.text
        await lina.say("华东医疗那个")
        assert "4 小时" in await lina.say("停机时间客户是怎么要求的?")

    play(demo_house, scene)
