"""Telegram, outwards: texts, running answers, cards and files, and what became of each when something went wrong."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.cards import draw
from bot.channels.telegram.markup import marked
from bot.channels.telegram.sending import file_name
from bot.street.splitting import split, utf16_units
from bot.street.words import Attachment, Button, Fate, Gone, Load, TooLarge
from tests.fakes.telegram_html import parse
from tests.fakes.telegram_server import Fault, TelegramServer
from tests.fakes.telegram_stage import (
    BUTTONS,
    GROUP,
    LI,
    Stage,
    card,
    card_parcel,
    draft,
    file_parcel,
    final,
    here,
    staged,
    words,
)

MARKDOWN = """# 结论
**星海科技** 的 <折扣> & `a_b*c` 见 [方案](https://example.com/a?x=1&y=2)
- 第一点 2*3*4 _x_
* 第二点
```python
if a < b: print("**")
```
[1] 来源 [https://bank.example](https://thief.example/x)"""


async def _opened(stage: Stage) -> None:
    """Li has opened the chat, so that we may write to her."""
    stage.server.say(LI, "在")
    await stage.until(lambda: stage.intake.arrivals)


def test_markdown_becomes_marks_and_everything_else_stays_words() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                sent = await stage.channel.send(words(MARKDOWN))
                assert sent.fate is Fate.SENT
                (shown,) = stage.seen()
                assert sent.refs == {"chat_id": str(LI), "message_id": str(shown.id)}
                assert shown.text.splitlines()[:4] == [
                    "结论",
                    "星海科技 的 <折扣> & a_b*c 见 方案",
                    "• 第一点 2*3*4 _x_",
                    "• 第二点",
                ]
                assert 'if a < b: print("**")' in shown.text
                assert "https://bank.example (https://thief.example/x)" in shown.text, "no disguised link"
                links = [one["url"] for one in shown.entities if one["type"] == "text_link"]
                assert links == ["https://example.com/a?x=1&y=2"]
                assert not shown.preview, "Telegram must not fetch what somebody wrote into our words"

    asyncio.run(story())


PIECES = st.lists(
    st.sampled_from(
        [
            "**",
            "`",
            "```",
            "[",
            "](https://a.example)",
            "<b>",
            "&amp;",
            "\n",
            "# ",
            "- ",
            " ",
            "字",
            "x",
            "😀",
        ]
    )
)


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_no_text_ever_breaks_a_tag_or_grows(pieces: list[str]) -> None:
    text = "".join(pieces)
    visible, entities = parse(marked(text).html)
    assert utf16_units(visible) <= utf16_units(text)
    assert len(entities) <= 100


def test_many_marks_stay_under_the_limit_of_entities() -> None:
    visible, entities = parse(marked("**a** `b` " * 400).html)
    assert len(entities) == 95
    assert visible.split() == ["a", "b"] * 400


@pytest.mark.parametrize(
    "text", ["长" * 10_000, "😀" * 5_000, ("段落 **粗** `码`\n\n" * 900), "```\n" + "x = 1\n" * 2_000 + "```"]
)
def test_long_texts_are_cut_by_the_streets_measure_and_all_arrives(text: str) -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                traits = stage.channel.traits
                parts = split(text, traits.limit, traits.measure)
                for part in parts:
                    assert (await stage.channel.send(words(part))).fate is Fate.SENT
                shown = "".join(one.text for one in stage.seen())
                for letter in "长😀段粗=":
                    assert shown.count(letter) == text.count(letter)

    asyncio.run(story())


def test_a_text_that_was_not_cut_goes_as_a_file() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                assert (await stage.channel.send(words("长" * 10_000))).fate is Fate.SENT
                (shown,) = stage.seen()
                assert shown.file is not None
                assert shown.file.body.decode() == "长" * 10_000
                assert (await stage.channel.send(words(" \n "))).fate is Fate.NEVER

    asyncio.run(story())


def test_what_telegram_cannot_parse_goes_once_as_plain_text() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                no = "Bad Request: can't parse entities: Unsupported start tag"
                server.fail(Fault("sendMessage", 400, no))
                assert (await stage.channel.send(words("**粗** <x>"))).fate is Fate.SENT
                assert [one.text for one in stage.seen()] == ["**粗** <x>"]
                server.fail(Fault("sendMessage", 400, no, times=2))
                assert (await stage.channel.send(words("**粗**"))).fate is Fate.NEVER

    asyncio.run(story())


def test_a_running_answer_is_one_message_to_the_end() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                send = stage.channel.send
                assert (await send(draft("正在查…"))).fate is Fate.SENT
                early = await send(draft("正在查… 星海"))
                assert (early.fate, early.after_s) == (Fate.LATER, 1.0)
                stage.clock.pass_(1)
                assert (await send(draft("正在查… 星海"))).fate is Fate.SENT
                stage.clock.pass_(1)
                assert (await send(draft("正在查… 星海"))).fate is Fate.SENT, "not modified is harmless"
                stage.clock.pass_(4)
                assert (await send(draft("长" * 9_000))).fate is Fate.SENT
                (shown,) = stage.seen()
                assert shown.text.endswith("…")
                end = await send(final("**星海**: 谈判中"))
                assert end.refs["message_id"] == str(shown.id)
                assert [one.text for one in stage.seen()] == ["星海: 谈判中"]
                stage.clock.pass_(5)
                assert (await send(draft("太晚了"))).fate is Fate.NEVER
                assert (await send(final("**星海**: 谈判中"))).fate is Fate.SENT
                assert len(stage.seen()) == 1
                assert server.typing == [LI, LI]

    asyncio.run(story())


def test_another_process_ends_the_answer_it_did_not_begin() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as first:
                await _opened(first)
                await first.channel.send(draft("半句"))
                pad = first.pad
            async with staged(server, run=False, pad=pad) as second:
                assert (await second.channel.send(final("整句"))).fate is Fate.SENT
                assert [one.text for one in second.seen()] == ["整句"]

    asyncio.run(story())


def test_an_answer_whose_draft_is_gone_or_unknown_is_a_new_message() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                await stage.channel.send(draft("半句", "t1"))
                server.delete(stage.seen()[0])
                assert (await stage.channel.send(final("整句", "t1"))).fate is Fate.SENT
                assert [one.text for one in stage.seen()] == ["整句"]
                stage.clock.pass_(5)
                server.fail(Fault("sendMessage", lost="reset"))
                assert (await stage.channel.send(draft("半句", "t2"))).fate is Fate.UNKNOWN
                assert (await stage.channel.send(draft("半句多", "t2"))).fate is Fate.NEVER, "no second stub"
                assert (await stage.channel.send(final("整句", "t2"))).fate is Fate.SENT

    asyncio.run(story())


def test_the_end_of_an_answer_may_be_tried_again_because_it_is_an_edit() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                await stage.channel.send(draft("半句"))
                server.fail(Fault("editMessageText", lost="reset"))
                assert (await stage.channel.send(final("整句"))).fate is Fate.LATER
                assert (await stage.channel.send(final("整句"))).fate is Fate.SENT
                assert [one.text for one in stage.seen()] == ["整句"]

    asyncio.run(story())


def test_groups_are_edited_every_three_seconds_in_their_topic() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.group(GROUP)
            async with staged(server, run=False) as stage:
                place = here(GROUP, group=True, thread="7")
                assert (await stage.channel.send(draft("一", address=place))).fate is Fate.SENT
                stage.clock.pass_(1)
                assert (await stage.channel.send(draft("二", address=place))).after_s == 2.0
                (shown,) = stage.seen(GROUP)
                assert shown.thread == 7
                closed = words("三", GROUP, address=here(GROUP, group=True, thread="404"))
                assert (await stage.channel.send(closed)).fate is Fate.SENT

    asyncio.run(story())


def test_a_card_has_its_buttons_and_no_markup_of_strangers() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                sent = await stage.channel.send(card_parcel(card()))
                (shown,) = stage.seen()
                labels = [[one["text"] for one in row] for row in shown.buttons]
                assert labels == [["批准", "驳回"], ["修改", "转交", "解释"]]
                assert shown.button("批准")["callback_data"] == "ok.0123456789abcdef"
                assert shown.button("批准")["style"] == "success"
                assert "⟦尊敬的陈总: <b>特价</b> **今天** [点这里](http://evil.example)⟧" in shown.text
                assert {one["type"] for one in shown.entities} == {"bold"}
                assert "也可以打字" not in shown.text

                settled = card(buttons=(), status="已驳回 · 王经理 10:05")
                update = card_parcel(settled, Load.CARD_UPDATE, **sent.refs)
                assert (await stage.channel.send(update)).fate is Fate.SENT
                assert (await stage.channel.send(update)).fate is Fate.SENT
                assert (shown.buttons, shown.edits) == ([], 1)
                assert "已驳回 · 王经理 10:05" in shown.text

                server.delete(shown)
                assert (await stage.channel.send(update)).fate is Fate.SENT
                assert "已驳回" in stage.seen()[0].text
                unknown = card_parcel(settled, Load.CARD_UPDATE)
                assert (await stage.channel.send(unknown)).fate is Fate.SENT

    asyncio.run(story())


def test_a_card_too_long_for_a_message_is_the_caption_of_a_file_with_all_of_it() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                long = card(body="⟦" + "很长的邮件。" * 900 + "⟧", text="全文 " + "很长的邮件。" * 900)
                sent = await stage.channel.send(card_parcel(long))
                (shown,) = stage.seen()
                assert shown.file is not None
                assert shown.file.body.decode() == long.text
                assert "全文见附件" in shown.text
                assert shown.button("批准")
                settled = replace(long, buttons=(), status="已批准 · 王经理")
                update = card_parcel(settled, Load.CARD_UPDATE, **sent.refs)
                assert (await stage.channel.send(update)).fate is Fate.SENT
                assert "已批准 · 王经理" in shown.text
                assert shown.buttons == []
                huge = card(title="标题" * 900, facts=(("事实", "值" * 3000),))
                assert (await stage.channel.send(card_parcel(huge))).fate is Fate.SENT

    asyncio.run(story())


def test_tokens_that_would_not_come_back_whole_are_not_sent() -> None:
    view = card(buttons=(*BUTTONS, Button(text="长", token="x" * 65)))
    drawn = draw(view)
    assert drawn.buttons is None
    assert "也可以打字: 批准 A7F3" in drawn.text.plain
    assert draw(card(buttons=(Button(text="满", token="x" * 64),))).buttons is not None


def test_files_go_under_their_name_and_pictures_as_pictures(tmp_path: Path) -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                path = tmp_path / "abc123"
                path.write_bytes(b"%PDF-1.7 ...")
                assert (
                    await stage.channel.send(file_parcel(path, "星海科技 报价.pdf", text="**报价** 见附件"))
                ).fate is Fate.SENT
                shown = stage.seen()[-1]
                assert shown.file is not None
                assert (shown.file.name, shown.file.body, shown.text) == (
                    "星海科技 报价.pdf",
                    b"%PDF-1.7 ...",
                    "报价 见附件",
                )
                picture = tmp_path / "p"
                picture.write_bytes(b"\x89PNG....")
                await stage.channel.send(file_parcel(picture, "图.png", Load.IMAGE))
                assert stage.seen()[-1].photo
                await stage.channel.send(file_parcel(path, "不是图.png", Load.IMAGE))
                assert not stage.seen()[-1].photo

                server.fail(Fault("sendDocument", 500))
                long = file_parcel(path, "a.pdf", text="长" * 2_000)
                assert (await stage.channel.send(long)).fate is Fate.LATER
                assert (await stage.channel.send(long)).fate is Fate.SENT
                assert [one.text for one in stage.seen()[-2:]] == ["长" * 2_000, ""], "the words once"

                gone = await stage.channel.send(file_parcel(tmp_path / "gone", "a.pdf"))
                assert gone.fate is Fate.NEVER
                big = tmp_path / "big"
                with big.open("wb") as out:
                    out.truncate(50_000_001)
                assert "50 MB" in (await stage.channel.send(file_parcel(big, "a.bin"))).note
                empty = tmp_path / "empty"
                empty.touch()
                assert (await stage.channel.send(file_parcel(empty, "a.txt"))).fate is Fate.NEVER

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"\r\nX: y.pdf', "a___X_ y.pdf"),
        ("报\u202efdp.exe", "报_fdp.exe"),
        ("", "file"),
        ("长" * 300 + ".docx", "长" * 100 + ".docx"),
    ],
)
def test_hostile_names_are_made_harmless(name: str, shown: str) -> None:
    assert file_name(name) == shown


NO = "Internal Server Error"


@pytest.mark.parametrize(
    ("fault", "fate"),
    [
        (Fault(status=429, description="Too Many Requests", parameters={"retry_after": 17}), Fate.LATER),
        (Fault(status=500, description=NO), Fate.LATER),
        (Fault(status=502, description="Bad Gateway"), Fate.LATER),
        (Fault(status=502, html=True), Fate.UNKNOWN),
        (Fault(lost="reset"), Fate.UNKNOWN),
        (Fault(lost="hang"), Fate.UNKNOWN),
        (Fault(), Fate.UNKNOWN),
        (Fault(status=400, description="Bad Request: chat not found"), Fate.NEVER),
        (Fault(status=403, description="Forbidden: bot was blocked by the user"), Fate.NEVER),
        (Fault(status=413, description="Request Entity Too Large"), Fate.NEVER),
        (Fault(status=401, description="Unauthorized"), Fate.LATER),
        (Fault(status=404, description="Not Found"), Fate.LATER),
        (Fault(status=409, description="Conflict"), Fate.LATER),
    ],
    ids=str,
)
def test_the_fate_of_what_went_wrong(fault: Fault, fate: Fate) -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                server.fail(replace(fault, method="sendMessage"))
                sent = await stage.channel.send(words("你好"))
                assert sent.fate is fate, sent
                assert sent.fate is not Fate.LATER or fault.status != 429 or sent.after_s == 17.0
                assert server.token not in sent.note
                assert (await stage.channel.send(words("又好了"))).fate is Fate.SENT

    asyncio.run(story())


def test_nobody_there_is_later_and_a_strange_address_never() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server, run=False) as stage:
                server.person(LI, "李梅")
                blocked = await stage.channel.send(words("你好"))
                assert blocked.fate is Fate.NEVER
                assert (
                    await stage.channel.send(
                        words("x", address=here().__class__(channel="telegram", to="@x"))
                    )
                ).fate is Fate.NEVER
                stage.pad.away = True
                assert (await stage.channel.send(draft("x"))).fate is Fate.LATER
                stage.pad.away = False
        async with staged(server, run=False) as stage:
            assert (await stage.channel.send(words("你好"))).fate is Fate.LATER

    asyncio.run(story())


def test_a_group_that_moved_is_followed_once_and_remembered() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.group(-55)
            server.move(-55, GROUP)
            async with staged(server, run=False) as stage:
                place = here(-55, group=True, reply_to="3")
                sent = await stage.channel.send(words("你好", address=place))
                assert sent.refs["chat_id"] == str(GROUP)
                await stage.channel.send(words("又来", address=place))
                assert [one.text for one in stage.seen(GROUP)] == ["你好", "又来"]
                targets = [
                    int(params["chat_id"]) for method, params in server.calls if method == "sendMessage"
                ]
                assert targets == [-55, GROUP, GROUP]

    asyncio.run(story())


def test_downloads_are_whole_or_a_sentence(tmp_path: Path) -> None:
    async def story() -> None:
        with TelegramServer() as server:
            for body, name in (
                (b"OggS" * 100, ""),
                (b"x" * 20_000_001, "大.bin"),
                (b"y" * 5_000, "../../../etc/passwd"),
            ):
                server.attach(LI, "document", body, name)
            async with staged(server) as stage:
                await stage.until(lambda: len(stage.intake.arrivals) == 3)
                files = [one.attachments[0] for one in stage.intake.arrivals]
                fetch = stage.channel.fetch
                got = await fetch(files[0], tmp_path, 1 << 20)
                assert Path(got.path).read_bytes() == b"OggS" * 100
                assert Path(got.path).parent == tmp_path
                hostile = await fetch(files[2], tmp_path, 1 << 20)
                assert Path(hostile.path).parent == tmp_path
                assert hostile.name == "../../../etc/passwd", "the sender's word, shown and never used"
                for attachment in (files[1], replace(files[1], size=0)):
                    with pytest.raises(TooLarge):
                        await fetch(attachment, tmp_path, 100 << 20)
                with pytest.raises(TooLarge):
                    await fetch(replace(files[2], size=0), tmp_path, 4_999)
                with pytest.raises(Gone):
                    await fetch(Attachment(kind="file", ref="nonsense"), tmp_path, 1 << 20)
                for fault in (Fault("getFile", 500), Fault("getFile", lost="reset")):
                    server.fail(fault)
                    with pytest.raises(OSError, match="Error"):
                        await fetch(files[0], tmp_path, 1 << 20)
                server.fail(Fault("file"))
                with pytest.raises(Gone):
                    await fetch(files[0], tmp_path, 1 << 20)
                assert len(list(tmp_path.iterdir())) == 2, "nothing half-done is left"

    asyncio.run(story())


def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    async def story() -> str:
        with TelegramServer() as server:
            async with staged(server) as stage:
                await _opened(stage)
                server.attach(LI, "document", b"x", "a.txt")
                await stage.until(lambda: len(stage.intake.arrivals) == 2)
                await stage.channel.fetch(stage.intake.arrivals[1].attachments[0], tmp_path, 1 << 20)
                server.fail(Fault("sendMessage", 502, html=True))
                await stage.channel.send(words("你好"))
                server.fail(Fault("getUpdates", 200, html=True))
                server.revoke()
                await stage.channel.send(words("你好"))
                return server.token

    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpx")
    token = asyncio.run(story())
    assert "HTTP Request: POST" in caplog.text, "httpx did log"
    assert token not in caplog.text
    assert token.partition(":")[2] not in caplog.text
