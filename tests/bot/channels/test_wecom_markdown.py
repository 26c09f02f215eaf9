"""Formatted answers over a fake WeCom that refuses what the real one refuses, and whoever reads in WeChat gets the words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.channel_settings import ChannelSettings
from bot.channels.wecom import Looks, from_settings
from bot.channels.wecom.markup import Markup
from bot.street.splitting import split, utf8_bytes
from bot.street.wire import parcel_json, parcel_of
from bot.street.words import Address, Fate, Load, Parcel
from tests.fakes.clock import FakeClock
from tests.fakes.wecom_house import MemoryPad, Scene, scene
from tests.fakes.wecom_markdown import Page

Play = Callable[[Scene], Awaitable[None]]
SEND = "message/send"
HOSTS = Markup(frozenset({"sales.example.com"}))
ANSWER = "## 小结\n**结论**: 给 `8%`,见[报价](https://sales.example.com/o/1)。\n- 交期先定\n> 王主任: 尽快"
WORDS = "小结\n结论: 给 8%,见报价 (https://sales.example.com/o/1)。\n• 交期先定\n> 王主任: 尽快"


def played(play: Play, looks: Looks | None = None, *, timeout_s: float = 5.0) -> None:
    async def run() -> None:
        async with scene(looks=looks or Looks(HOSTS), timeout_s=timeout_s) as stage:
            await play(stage)

    asyncio.run(run())


def answer(words: str = ANSWER, *, number: int = 1, marked: bool = True, to: str = "lina") -> Parcel:
    address = Address(channel="wecom", to=to)
    return Parcel(id=f"p{number}", load=Load.TEXT, address=address, text=words, marked=marked)


def kinds(stage: Scene, to: str = "lina") -> list[str]:
    return [shown.kind for shown in stage.wecom.seen(to)]


def test_a_formatted_answer_is_one_markdown_message_and_a_plain_one_a_text() -> None:
    async def play(stage: Scene) -> None:
        sent = await stage.channel.send(answer())
        assert (sent.fate, "message_id" in sent.refs) == (Fate.SENT, True)
        (shown,) = stage.wecom.seen("lina")
        page = shown.page
        assert shown.kind == "markdown"
        assert page.headings == [(2, "小结")]
        assert (page.bold, page.code, page.quotes) == (["结论"], ["8%"], ["王主任: 尽快"])
        assert page.links == [("报价", "https://sales.example.com/o/1")]
        assert page.others == page.mentions == []
        for plain in ("没有格式。", "- 一\n- 二", "“**原话**” [官网](https://x.test)"):
            assert (await stage.channel.send(answer(plain))).fate is Fate.SENT
        assert kinds(stage)[1:] == ["text"] * 3
        assert stage.wecom.texts("lina")[1:] == [
            "没有格式。",
            "• 一\n• 二",
            "“**原话**” 官网 (https://x.test)",
        ]

    played(play)


def test_what_is_not_the_assistants_answer_goes_out_sign_by_sign() -> None:
    """Notices, commands and cards quote people: nothing in them is a mark, and nothing of them is changed."""

    async def play(stage: Scene) -> None:
        assert (await stage.channel.send(answer(marked=False))).fate is Fate.SENT
        assert kinds(stage) == ["text"]
        assert stage.wecom.texts("lina") == [ANSWER]

    played(play)


def test_nothing_a_customer_wrote_becomes_a_link_a_mention_or_a_tag() -> None:
    attacks = (
        "[合同](https://evil.test/x)", "<@zhaolei>", "@zhaolei", "<a href='https://evil.test'>批准</a>", "&lt;@zhaolei&gt;",
        "<font color=\"warning\">急</font>", "[x](https://sales.example.com@evil.test)", "[sales.example.com](https://evil.test)",
        "“[x](https://sales.example.com/o/1)”", "![x](https://evil.test/p.png)", "\\[x](https://evil.test)",
    )  # fmt: skip

    async def play(stage: Scene) -> None:
        for number, attack in enumerate(attacks):
            words = f"**王主任的原话**: {attack} 完"
            assert (await stage.channel.send(answer(words, number=number))).fate is Fate.SENT
        for shown, attack in zip(stage.wecom.seen("lina"), attacks, strict=True):
            page: Page = shown.page
            assert (shown.kind, page.bold) == ("markdown", ["王主任的原话"]), attack
            assert not any((page.links, page.mentions, page.others)), attack

    played(play)


def test_ten_thousand_formatted_characters_arrive_whole_and_none_is_refused() -> None:
    async def play(stage: Scene) -> None:
        traits = stage.channel.traits
        lines = [
            f"## 第{n}节\n**要点{n}**:" + f"合同条款{n},`编号 {n}`。" * 8 + "\n> 原话\n\n- 一\n- 二"
            for n in range(60)
        ]
        long = "\n\n".join(lines)
        assert len(long) > 8000
        parts = split(long, traits.limit, traits.measure)
        for number, part in enumerate(parts):
            assert (await stage.channel.send(answer(part, number=number))).fate is Fate.SENT
            if number % 20 == 19:
                stage.clock.pass_(61)
        seen = stage.wecom.seen("lina")
        assert {shown.kind for shown in seen} == {"markdown"}
        assert max(utf8_bytes(shown.text) for shown in seen) <= 2048
        assert all(shown.page.others == [] for shown in seen)
        assert sum(len(shown.page.headings) for shown in seen) == 60
        bold = [words for shown in seen for words in shown.page.bold]
        assert bold == [f"要点{n}" for n in range(60)]
        whole = "".join("".join(stage.wecom.texts("lina")).split())
        assert whole == "".join(
            "".join(stage.channel.sender.looks.markup.words(long).replace("> ", "")).split()
        )

    played(play)


@pytest.mark.parametrize(
    "looks",
    [Looks(HOSTS, markdown=False), Looks(HOSTS, text_members=frozenset({"lina"}))],
    ids=["switched off", "reads in WeChat"],
)
def test_who_reads_in_wechat_gets_the_words(looks: Looks) -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.in_wechat = {"lina"}
        await stage.channel.send(answer())
        assert kinds(stage) == ["text"]
        assert stage.wecom.texts("lina") == [WORDS]
        await stage.channel.send(answer(to="zhaolei"))
        assert kinds(stage, "zhaolei") == ["markdown" if looks.markdown else "text"]

    played(play, looks)


def test_markdown_that_wecom_does_not_take_goes_out_as_words() -> None:
    async def play(stage: Scene) -> None:
        for code in (40008, 40058, 45002):
            stage.wecom.errcodes[SEND].append(code)
            assert (await stage.channel.send(answer())).fate is Fate.SENT
        assert kinds(stage) == ["text"] * 3
        assert stage.wecom.texts("lina") == [WORDS] * 3

    played(play)


def test_no_second_message_where_the_first_may_be_out_or_nothing_can_be() -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.lost[SEND].append(0.6)
        assert (await stage.channel.send(answer())).fate is Fate.UNKNOWN
        stage.wecom.errcodes[SEND].append(60011)
        assert (await stage.channel.send(answer())).fate is Fate.LATER
        stage.wecom.errcodes[SEND].append(81013)
        assert (await stage.channel.send(answer())).fate is Fate.NEVER
        assert kinds(stage) == ["markdown"], "the lost one is there, and only once"

    played(play, timeout_s=0.3)


def test_the_fake_refuses_what_wecom_refuses() -> None:
    """A Markdown message too long is refused, where a text would be cut without a word; and there is no markdown_v2."""

    async def play(stage: Scene) -> None:
        sender = stage.channel.sender
        for kind, content in (
            ("markdown", "a" * 2049),
            ("markdown", "字" * 683),
            ("markdown", ""),
            ("markdown_v2", "a"),
        ):
            with pytest.raises(Exception, match=r"40008|44004|40058"):
                await sender.message("lina", kind, {"content": content})
        await sender.message("lina", "markdown", {"content": "字" * 682})
        assert len(stage.wecom.seen("lina")) == 1

    played(play)


def test_one_byte_too_many_is_never_sent_in_either_way() -> None:
    async def play(stage: Scene) -> None:
        fits = "**" + "a" * 2044 + "**"
        assert (await stage.channel.send(answer(fits))).fate is Fate.SENT
        refused = await stage.channel.send(answer(fits + "b"))
        assert (refused.fate, "2048" in refused.note) == (Fate.NEVER, True)

    played(play)


def test_the_settings_say_how() -> None:
    def looks(**given: Any) -> Looks:
        settings = ChannelSettings(
            _env_file=None, wecom_corp_id="ww1", wecom_agent_id=1, wecom_secret="s" * 9, wecom_token="t" * 9,
            wecom_aes_key="6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt", **given,
        )  # fmt: skip
        channel = from_settings(settings, MemoryPad(FakeClock()), FakeClock())
        assert channel is not None
        return channel.sender.looks

    assert looks() == Looks()
    told = looks(
        wecom_markdown="false", wecom_text_members="LiNa, zhaolei,",
        wecom_link_hosts="WWW.firm.example,docs.firm.example", web_public_url="https://sales.example.com:8443/",
    )  # fmt: skip
    assert told.markdown is False
    assert told.text_members == {"lina", "zhaolei"}
    assert told.markup.hosts == {"www.firm.example", "docs.firm.example", "sales.example.com:8443"}


def test_a_parcel_that_waited_from_before_is_nobodys_markup() -> None:
    kept = parcel_json(answer())
    assert parcel_of(kept).marked is True
    kept.pop("marked")
    assert parcel_of(kept).marked is False
