"""Calls on the console: read, corrected by plain forms, the second of two editors told, versions restored, minutes renewed."""

from __future__ import annotations

import re
from pathlib import Path

from bot.wiring import House
from knowledge.model import Interaction
from tests.fakes.sounds import record, tone
from tests.fakes.web_console import Form, Stage, forms_of, play

CALL = "I-001-11"
AT = f"/calls/{CALL}"


def form(page: str, action: str, **fields: str) -> Form:
    """The form that goes there and holds these fields already."""
    known = {name: value for name, value in fields.items() if name in ("kind", "line", "number")}
    found = next(
        one for one in forms_of(page) if one.action == action and known.items() <= one.fields.items()
    )
    return Form(found.action, found.fields | fields)


def words(house: House) -> str:
    with house.store.reading() as session:
        return session.get_one(Interaction, CALL).text


def test_a_call_is_read_and_corrected(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, zhao = await stage.user("p-lina"), await stage.user("p-zhaolei")
        assert f'href="{AT}"' in await lina.page("/calls")
        before, his = await lina.page(AT), await zhao.page(AT)
        assert "纪要:2026-10-28 电话" in before
        done = await lina.submit(form(before, f"{AT}/edit", kind="name", old="锐影", new="瑞影"))
        assert "第 2 版" in done.text
        assert "锐影" not in words(demo_house)
        assert "⚠ 已过期" in done.text

        late = await zhao.submit(form(his, f"{AT}/edit", kind="words", line="4", new="他们报一百万"))
        assert "没有写入: 李娜" in late.text
        assert "他们报一百万" in late.text
        assert "他们报一百万" not in words(demo_house)
        mine = await lina.submit(
            form(await lina.page(AT), f"{AT}/edit", kind="speaker", line="1", new="客户")
        )
        assert "李娜 → 王建国" in mine.text

        fresh = await lina.submit(form(await lina.page(AT), f"{AT}/renew"))
        assert "已过期" not in fresh.text
        assert "文字稿第 3 版" in fresh.text
        assert "锐影" in await lina.page(f"{AT}?version=1")
        back = await lina.submit(form(await lina.page(AT), f"{AT}/restore", number="1"))
        assert "已恢复第 1 版" in back.text
        assert "锐影" in words(demo_house)

    play(demo_house, scene)


def test_whoever_does_not_see_the_call_finds_no_page(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, wu = await stage.user("p-lina"), await stage.user("p-wuting")
        mine = form(await lina.page(AT), f"{AT}/edit", kind="name", old="锐影", new="瑞影")
        assert (await wu.http.get(AT)).status_code == 404
        token = next(one.fields["token"] for one in forms_of(await wu.page("/")) if "token" in one.fields)
        assert (await wu.submit(Form(mine.action, mine.fields | {"token": token}))).status_code == 404
        assert (await wu.submit(mine)).status_code == 403
        assert "锐影" in words(demo_house)

    play(demo_house, scene)


def test_what_was_said_is_never_markup(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        page = await lina.page(AT)
        done = await lina.submit(
            form(page, f"{AT}/edit", kind="words", line="1", new="<script>alert(1)</script>")
        )
        assert "<script>alert" not in done.text
        assert "&lt;script&gt;alert" in done.text

    play(demo_house, scene)


def test_consent_is_one_press_on_the_page(demo_house: House, tmp_path: Path) -> None:
    sound = record(
        tmp_path / "a.m4a", [tone(2, 400, 16_000)], codec="aac", rate=16_000, form="mp4"
    ).read_bytes()

    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        await lina.submit(await lina.chat_form("D-001"), files={"file": ("通话.m4a", sound, "audio/mp4")})
        page = await lina.until("/", lambda page: 'action="/asks/qy.' in page, "the question of consent")
        assert "录音里的人同意录音和转写吗" in page
        (yes,) = {one.action for one in forms_of(page) if re.match(r"/asks/qy\.", one.action)}
        answered = await lina.submit(form(page, yes))
        assert "已记下同意" in answered.text
        await lina.until("/", lambda page: "正在转写" in page, "the begin")
        assert (await lina.submit(form(page, yes, once="x" * 12))).status_code == 200

    play(demo_house, scene)
