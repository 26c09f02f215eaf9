"""Cards on the page: the five buttons with and without words, high risk, stale and doubled presses, who sees what became."""

from __future__ import annotations

import re

import httpx
from sqlmodel import col, select

from actions.intervening import BY
from actions.tables import Action
from bot.wiring import House
from tests.fakes.web_console import Stage, User, play

WISH = "给华东医疗的王建国主任写一封跟进邮件,折扣给到 {}%"


async def wish(stage: Stage, percent: int = 8) -> User:
    """The rep asks for something that must be approved."""
    lina = await stage.user("p-lina")
    await lina.say(WISH.format(percent))
    await lina.say("发出去")
    return lina


async def card_of(user: User) -> str:
    """The address of the one card that waits for them."""
    page = await user.until("/approvals", lambda page: "/cards/" in page, "a card")
    return re.findall(r'href="(/cards/[a-z0-9]{16})"', page)[0]


async def press(user: User, card: str, verb: str, **typed: str) -> httpx.Response:
    return await user.submit(await user.form(f"{card}/{verb}", card, **typed))


def states(house: House) -> list[str]:
    """Of what people asked for: the console's clock may have made win-back tasks meanwhile."""
    asked = select(Action.state).where(~col(Action.drafted_by).startswith(BY))
    with house.store.reading() as session:
        return list(session.exec(asked.order_by(col(Action.created_at), col(Action.id))))


def test_a_no_with_its_reason_in_one_step(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, zhao = await wish(stage), await stage.user("p-zhaolei")
        card = await card_of(zhao)
        answer = await press(zhao, card, "no", words="ACDEF 太低了,\r\n先谈价值")
        assert "已驳回" in answer.text or "驳回" in answer.text
        assert states(demo_house) == ["rejected"]
        await lina.until("/", lambda page: "先谈价值" in page, "the reason for the rep")

    play(demo_house, scene)


def test_a_bare_no_asks_for_the_reason_in_the_chat(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        await wish(stage)
        zhao = await stage.user("p-zhaolei")
        card = await card_of(zhao)
        assert "原因" in (await press(zhao, card, "no")).text
        assert states(demo_house) == ["pending"]
        await zhao.until("/", lambda page: "请回复驳回" in page)
        await zhao.say("太低了")
        assert states(demo_house) == ["rejected"]

    play(demo_house, scene)


def test_an_edit_is_a_new_action(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        await wish(stage)
        zhao = await stage.user("p-zhaolei")
        card = await card_of(zhao)
        answer = await press(zhao, card, "ed", words="主题: 关于下周的会议")
        assert answer.status_code == 200
        assert states(demo_house)[0] == "superseded"
        assert len(states(demo_house)) == 2

    play(demo_house, scene)


def test_handing_over_to_nobody_we_know_changes_nothing(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        await wish(stage)
        zhao = await stage.user("p-zhaolei")
        card = await card_of(zhao)
        answer = await press(zhao, card, "ho", words="没有这个人")
        assert 'class="notice"' in answer.text
        assert states(demo_house) == ["pending"]

    play(demo_house, scene)


def test_explaining_shows_the_rules_on_the_card_page(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        await wish(stage)
        zhao = await stage.user("p-zhaolei")
        card = await card_of(zhao)
        answer = await press(zhao, card, "ex")
        assert "discount-manager" in answer.text
        assert "策略版本" in answer.text
        assert states(demo_house) == ["pending"]

    play(demo_house, scene)


def test_high_risk_wants_the_code_typed_on_the_page(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        await wish(stage, 20)
        zhou = await stage.user("p-zhoumin")
        for who in ("p-zhaolei", "p-zhoumin"):
            user = zhou if who == "p-zhoumin" else await stage.user(who)
            page = await user.page("/approvals")
            found = re.findall(r'href="(/cards/[a-z0-9]{16})"', page)
            if not found or "高风险" not in page:
                continue
            card = found[0]
            shown = await user.page(card)
            code = re.search(r'class="confirm">([A-Z0-9]+)<', shown)
            assert code is not None
            assert "required" in shown
            for wrong in ("", "XXXX", f"{code[1]} A7F3"):
                answer = await press(user, card, "ok", words=wrong)
                assert "高风险" in answer.text, wrong
                assert states(demo_house) == ["pending"]
            await press(user, card, "ok", words=code[1].lower())
            again = await user.page(card)
            assert f'action="{card}/ok"' not in again
            return
        raise AssertionError("nobody was shown a card of high risk")

    play(demo_house, scene)


def test_a_doubled_and_a_late_press_are_told_how_it_stands(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        await wish(stage)
        zhao = await stage.user("p-zhaolei")
        card = await card_of(zhao)
        form, other = await zhao.form(f"{card}/ok", card), await zhao.form(f"{card}/no", card, words="不行")
        await zhao.submit(form)
        assert states(demo_house) == ["scheduled"]
        again = await zhao.submit(form)
        assert "已处理" in again.text
        late = await zhao.submit(other)
        assert late.status_code == 200
        assert states(demo_house) == ["scheduled"]

    play(demo_house, scene)


def test_cards_stand_in_the_order_of_risk(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await wish(stage, 8)
        await lina.say(WISH.format(20))
        await lina.say("发出去")
        zhao = await stage.user("p-zhaolei")
        page = await zhao.until("/approvals", lambda page: "/cards/" in page)
        risks = re.findall(r'class="risk (high|medium|low)"', page)
        assert risks == sorted(risks, key=["high", "medium", "low"].index)

    play(demo_house, scene)


def test_a_settled_card_in_the_chat_says_who_decided_and_when(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        await wish(stage)
        zhao = await stage.user("p-zhaolei")
        chat = await zhao.until("/", lambda page: 'class="deeds"' in page, "the card in the chat")
        action = re.findall(r'action="(/cards/[a-z0-9]{16}/ok)"', chat)[0]
        await zhao.submit(await zhao.form(action))
        page = await zhao.until("/", lambda page: 'class="deeds"' not in page, "the settled card")
        assert re.search(r'class="status">[^<]*赵磊[^<]*\d{2}:\d{2}', page)

    play(demo_house, scene)


def test_pages_are_in_the_language_of_the_person(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        emma = await stage.user("p-emma")
        for path in ("/", "/approvals", "/account"):
            page = await emma.page(path)
            assert '<html lang="en">' in page
            page = page.replace("/help", "")
            assert not re.findall(r">[^<]*[\u4e00-\u9fff]", page), path
        stranger = stage.stranger(**{"accept-language": "en-GB,en;q=0.9,zh;q=0.5"})
        assert "Sign in" in await stranger.page("/login")
        assert "登录" in await stage.stranger(**{"accept-language": "zh-CN"}).page("/login")

    play(demo_house, scene)
