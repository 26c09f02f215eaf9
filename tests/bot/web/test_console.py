"""The console as people use it: sign in, ask, open a source, approve; by plain forms, without any script."""

from __future__ import annotations

import asyncio
import re

from sqlmodel import select

from bot.wiring import House
from knowledge.model import Suggestion
from tests.fakes.web_console import Stage, forms_of, play

ASK = "华东医疗那个单子,上次谈到哪了?"


def test_a_question_is_answered_on_the_page_with_sources_that_open(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        page = await lina.say(ASK)
        assert ASK in page
        links = re.findall(r'href="(/sources/\d+/1)" data-source', page)
        assert links
        source = await lina.page(links[0])
        assert "<blockquote>" in source
        assert 'class="chip"' in page

    play(demo_house, scene)


def test_a_form_sent_twice_is_one_message(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        form = await lina.chat_form("/help")
        answers = await asyncio.gather(*(lina.submit(form) for _ in range(4)))
        assert {answer.status_code for answer in answers} == {200}
        page = await lina.page()
        assert len(re.findall(r'class="line said', page)) == 1
        assert len(re.findall(r'class="line text', page)) == 1

    play(demo_house, scene)


def test_a_suggestion_is_a_button_and_is_sent_as_it_stands(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        page = await lina.say(ASK)
        suggested = next(form for form in forms_of(page) if form.action == "/say" and form.fields["text"])
        after = (await lina.submit(suggested)).text
        assert len(re.findall(r'class="line said', after)) == 2

    play(demo_house, scene)


def test_story_on_the_web_from_wish_to_approval(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina, zhao = await stage.user("p-lina"), await stage.user("p-zhaolei")
        await lina.say("给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%")
        await lina.say("发出去")
        waiting = await zhao.until("/approvals", lambda page: "/cards/" in page, "a card")
        (path,) = set(re.findall(r'href="(/cards/[a-z0-9]{16})"', waiting))
        card = await zhao.page(path)
        for word in ("批准", "驳回", "修改", "转交", "解释"):
            assert f">{word}</" in card
        assert card.index("代表") < card.index("收件人") < card.index("金额")
        pressed = await zhao.submit(await zhao.form(f"{path}/ok", path))
        assert pressed.status_code == 200
        settled = await zhao.page(path)
        assert not [form for form in forms_of(settled) if form.action.startswith("/cards/")]
        assert re.search(r'class="status">[^<]*赵磊[^<]*\d{2}:\d{2}', settled)
        listed = await zhao.page("/approvals")
        assert "没有等你审批的动作" in listed
        assert re.search(r'class="status">[^<]*赵磊', listed)
        await lina.until("/", lambda page: "赵磊批准" in page, "word for the rep")

    play(demo_house, scene)
    demo_house.clock.pass_(3600)  # type: ignore[attr-defined]
    demo_house.performer.tick()
    assert len(list((demo_house.settings.var_dir / "outbox").glob("*.eml"))) == 1


def test_a_thumb_on_an_answer_is_kept_beside_it(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        lina = await stage.user("p-lina")
        await lina.say(ASK)
        answer = await lina.submit(await lina.form("/rate", rating="bad"))
        assert "已记录" in answer.text

        def rated() -> list[tuple[str, str]]:
            with demo_house.store.reading() as session:
                query = select(Suggestion).where(Suggestion.kind == "answer")
                return [(row.person_id, row.status) for row in session.exec(query)]

        while not rated():
            await asyncio.sleep(0.02)
        assert rated() == [("p-lina", "rejected")]

    play(demo_house, scene)
