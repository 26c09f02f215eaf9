"""Approval cards: within WeCom's sizes, pressed, changed with codes that are good once, and told as text where not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wecom.cards import template_card
from bot.street.splitting import utf8_bytes
from bot.street.words import Address, Button, CardView, Fate, Kind, Load, Parcel
from tests.fakes.wecom_house import Scene, scene
from tests.fakes.wecom_rules import check_card

Play = Callable[[Scene], Awaitable[None]]
SEND, UPDATE = "message/send", "message/update_template_card"
ID = "0123456789abcdef"


def played(play: Play, *, timeout_s: float = 5.0) -> None:
    async def run() -> None:
        async with scene(timeout_s=timeout_s) as stage:
            await play(stage)

    asyncio.run(run())


WORDS = (
    ("批准", "ok", "primary"),
    ("驳回", "no", "danger"),
    ("修改", "ed", "plain"),
    ("转交", "ho", "plain"),
    ("解释", "ex", "plain"),
)
BUTTONS = tuple(Button(text=text, token=f"{verb}.{ID}", tone=tone) for text, verb, tone in WORDS)
SMALL = CardView(
    id=ID,
    code="A7F3",
    title="[A7F3] 给华东医疗发跟进邮件",
    facts=(("代表", "李娜"), ("金额", "¥120,000"), ("折扣", "8%")),
    body="王主任您好",
    buttons=BUTTONS,
    footer="也可以打字: 批准 A7F3",
    text="[A7F3] 给华东医疗发跟进邮件\n代表: 李娜",
)
LARGE = replace(
    SMALL,
    facts=(*SMALL.facts, ("On behalf of", "Li Na"), *((f"原因{n}", "很长的原因" * 9) for n in range(9))),
    body="正文" * 200,
    text="全文" + "".join(f"第{n}行很长的文字。\n" for n in range(300)),
)


def card(view: CardView = SMALL, to: str = "zhaolei") -> Parcel:
    return Parcel(id=f"card:{view.id}", load=Load.CARD, address=Address(channel="wecom", to=to), card=view)


def update(refs: dict[str, str], status: str = "已批准 · 赵磊 11-23 10:05", to: str = "zhaolei") -> Parcel:
    settled = replace(SMALL, buttons=(), footer="", status=status)
    address = Address(channel="wecom", to=to)
    return Parcel(id="update:1", load=Load.CARD_UPDATE, address=address, card=settled, refs=refs)


def test_a_small_card_is_one_message_pressed_and_settled() -> None:
    async def play(stage: Scene) -> None:
        sent = await stage.channel.send(card())
        assert sent.fate is Fate.SENT
        assert [shown.kind for shown in stage.wecom.seen("zhaolei")] == ["template_card"]
        shown = stage.wecom.cards("zhaolei")[0]
        assert list(shown.buttons) == ["批准", "驳回", "修改", "转交", "解释"]
        assert shown.card["horizontal_content_list"][1] == {"keyname": "金额", "value": "¥120,000"}
        assert shown.card["task_id"] == ID
        await stage.wecom.phone.press("zhaolei", "批准")
        click = stage.intake.last.click
        assert stage.intake.last.kind is Kind.CLICK
        assert click is not None
        assert click.token == f"ok.{ID}"
        changed = await stage.channel.send(update({**sent.refs, **click.refs}))
        assert changed.fate is Fate.SENT
        assert shown.buttons == {}
        assert shown.card["replace_text"] == "已批准"
        assert shown.card["main_title"]["desc"] == "已批准 · 赵磊 11-23 10:05"
        assert len(stage.wecom.seen("zhaolei")) == 1

    played(play)


def test_what_does_not_fit_is_said_in_full_before_the_card() -> None:
    async def play(stage: Scene) -> None:
        assert (await stage.channel.send(card(LARGE))).fate is Fate.SENT
        kinds = [shown.kind for shown in stage.wecom.seen("zhaolei")]
        assert kinds == ["text"] * (len(kinds) - 1) + ["template_card"]
        assert "".join(stage.wecom.texts("zhaolei")).replace("\n", "") == LARGE.text.replace("\n", "")
        assert "全文见上" in stage.wecom.cards("zhaolei")[0].card["main_title"]["desc"]
        assert stage.slept == [0.5] * (len(kinds) - 1)

    played(play)


def test_a_card_tried_again_does_not_say_its_text_again() -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.errcodes[SEND].extend([0, 0, 45009])
        assert (await stage.channel.send(card(LARGE))).fate is Fate.LATER
        assert len(stage.wecom.texts("zhaolei")) == 2
        assert (await stage.channel.send(card(LARGE))).fate is Fate.SENT
        told = stage.wecom.texts("zhaolei")
        assert len(told) == len(set(told)) > 3
        assert len(stage.wecom.cards("zhaolei")) == 1

    played(play)


def test_a_lost_answer_before_the_card_does_not_lose_the_card() -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.api.tokens.current()
        stage.wecom.lost[SEND].append(0.5)
        assert (await stage.channel.send(card(LARGE))).fate is Fate.LATER
        assert (await stage.channel.send(card(LARGE))).fate is Fate.SENT
        assert len(stage.wecom.cards("zhaolei")) == 1

    played(play, timeout_s=0.2)


def test_a_lost_answer_to_the_card_itself_is_unknown() -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.api.tokens.current()
        stage.wecom.lost[SEND].append(0.5)
        assert (await stage.channel.send(card())).fate is Fate.UNKNOWN

    played(play, timeout_s=0.2)


def test_a_long_card_waits_for_room_for_all_of_it() -> None:
    async def play(stage: Scene) -> None:
        for _ in range(28):
            stage.channel.sender.pace.sent("zhaolei")
        waits = await stage.channel.send(card(LARGE))
        assert (waits.fate, waits.after_s) == (Fate.LATER, 60.0)
        assert not stage.wecom.seen("zhaolei")
        assert (await stage.channel.send(card())).fate is Fate.SENT

    played(play)


def test_a_card_that_wecom_does_not_take_is_told_as_text_with_the_way_to_answer() -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.callback_url, here = "", stage.wecom.callback_url
        for view in (SMALL, replace(LARGE, id="fedcba9876543210")):
            sent = await stage.channel.send(card(view))
            assert (sent.fate, "first_code" in sent.refs) == (Fate.SENT, False)
            assert stage.wecom.texts("zhaolei")[-1].endswith("也可以打字: 批准 A7F3")
        stage.wecom.callback_url = here
        told = await stage.channel.send(update({}))
        assert told.fate is Fate.SENT
        assert stage.wecom.texts("zhaolei")[-1] == "[A7F3] 给华东医疗发跟进邮件\n已批准 · 赵磊 11-23 10:05"

    played(play)


def test_a_card_without_buttons_is_a_text() -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.send(card(replace(SMALL, buttons=(), status="已过期")))
        assert stage.wecom.texts("zhaolei") == ["[A7F3] 给华东医疗发跟进邮件\n已过期"]

    played(play)


def test_each_code_is_used_once_and_the_click_does_not_cost_the_first() -> None:
    async def play(stage: Scene) -> None:
        refs = dict((await stage.channel.send(card())).refs)
        await stage.wecom.phone.press("zhaolei", "解释")
        assert stage.intake.last.click is not None
        refs |= stage.intake.last.click.refs
        for status in ("待定", "已批准 · 赵磊", "已撤回 · 赵磊"):
            told = await stage.channel.send(update(refs, status))
            assert told.fate is Fate.SENT
            refs |= told.refs
        codes = [call["response_code"] for path, call in stage.wecom.calls if path == UPDATE]
        assert len(codes) == len(set(codes)) == 2
        assert stage.wecom.cards("zhaolei")[0].card["replace_text"] == "已批准"
        assert stage.wecom.texts("zhaolei") == ["[A7F3] 给华东医疗发跟进邮件\n已撤回 · 赵磊"]

    played(play)


def test_after_seventy_two_hours_the_news_comes_as_a_text() -> None:
    async def play(stage: Scene) -> None:
        refs = (await stage.channel.send(card())).refs
        stage.clock.pass_(72 * 3600)
        assert (await stage.channel.send(update(refs, "已过期"))).fate is Fate.SENT
        assert stage.wecom.count(UPDATE) == 0
        assert stage.wecom.texts("zhaolei")[-1].endswith("已过期")

    played(play)


def test_a_code_that_wecom_knows_no_more_is_followed_by_the_other_and_then_a_text() -> None:
    async def play(stage: Scene) -> None:
        refs = {
            **(await stage.channel.send(card())).refs,
            "response_code": "RC-forged",
            "response_code_at": "?",
        }
        told = await stage.channel.send(update(refs))
        assert told.fate is Fate.SENT
        assert stage.wecom.cards("zhaolei")[0].buttons == {}
        assert len(told.refs["used_codes"].split()) == 2
        assert not stage.wecom.texts("zhaolei")

    played(play)


@pytest.mark.parametrize(("code", "fate"), [(45009, Fate.LATER), (60020, Fate.LATER), (81013, Fate.NEVER)])
def test_an_update_refused_for_other_reasons_keeps_its_code(code: int, fate: Fate) -> None:
    async def play(stage: Scene) -> None:
        refs = (await stage.channel.send(card())).refs
        stage.wecom.errcodes[UPDATE].append(code)
        refused = await stage.channel.send(update(refs))
        assert (refused.fate, "used_codes" in refused.refs) == (fate, False)
        assert (await stage.channel.send(update({**refs, **refused.refs}))).fate is Fate.SENT
        assert stage.wecom.cards("zhaolei")[0].buttons == {}

    played(play)


def test_an_update_whose_answer_is_lost_is_repeated_once_and_never_shows_less() -> None:
    async def play(stage: Scene) -> None:
        refs = (await stage.channel.send(card())).refs
        stage.wecom.lost[UPDATE].append(0.5)
        told = await stage.channel.send(update(refs))
        assert told.fate is Fate.SENT
        assert stage.wecom.cards("zhaolei")[0].buttons == {}
        stage.wecom.lost[UPDATE].extend([0.5, 0.5])
        other = (await stage.channel.send(card(replace(SMALL, id="1111111111111111")))).refs
        assert (await stage.channel.send(update(other))).fate is Fate.UNKNOWN

    played(play, timeout_s=0.2)


def test_an_update_for_someone_out_of_scope_is_never() -> None:
    async def play(stage: Scene) -> None:
        refs = (await stage.channel.send(card())).refs
        stage.wecom.members.remove("zhaolei")
        assert (await stage.channel.send(update(refs))).fate is Fate.NEVER

    played(play)


WORD = st.text(max_size=200)


@settings(max_examples=150, deadline=None)
@given(
    WORD, WORD, WORD,
    st.lists(st.tuples(st.text(min_size=1, max_size=9), WORD), max_size=12),
    st.lists(st.text(min_size=1, max_size=20), max_size=9),
    st.text(min_size=1, max_size=40),
)  # fmt: skip
def test_every_card_stays_within_the_sizes(
    title: str, body: str, status: str, facts: list[tuple[str, str]], buttons: list[str], card_id: str
) -> None:
    view = CardView(
        id=card_id,
        code="A7F3",
        title=f"[A7F3] {title}",
        facts=tuple(facts),
        body=body,
        status=status,
        buttons=tuple(Button(text=text, token=f"ok.{n}") for n, text in enumerate(buttons)),
    )
    check_card(template_card(view))


@pytest.mark.parametrize("before", range(104, 114))
def test_a_cut_leaves_no_mark_of_untrusted_text_open(before: int) -> None:
    view = replace(SMALL, body="正" * before + "⟦不可信⟧" + "文" * 30)
    sub = template_card(view)["sub_title_text"]
    assert len(sub) <= 112
    assert sub.count("⟦") == sub.count("⟧")
    assert "…" in sub


def test_the_text_of_no_part_is_cut_by_wecom() -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.send(card(LARGE))
        sent = [
            call["text"]["content"] for path, call in stage.wecom.calls if path == SEND and "text" in call
        ]
        assert max(map(utf8_bytes, sent)) <= 2048
        assert stage.wecom.texts("zhaolei") == sent

    played(play)
