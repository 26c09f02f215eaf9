"""The first issue's story on the web console with a real mail server behind it, and every wrong press on the way."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

from actions import record
from actions.action import State
from actions.gateways.mail import gateway_from
from bot.settings import Settings
from bot.wiring import House, open_house
from tests.fakes.clock import RunningClock
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.town import WISH, Town
from tests.fakes.web_console import Stage, User, served

WHO_AND_WHEN = r"赵磊\([^)]{1,12}\) ?批准 ?\d{4}-\d{2}-\d{2} \d{2}:\d{2}"


async def wrong_presses(stage: Stage, lina: User, zhao: User, card: str) -> list[int]:
    """Somebody else's card, a card that nobody has, a form that is not ours, no session at all: the statuses."""
    good = await zhao.form(f"{card}/ok", card)
    theirs = await lina.chat_form("x")
    foreign = {"token": theirs.fields["token"], "once": good.fields["once"]}
    tries = [
        (lina, good.action, foreign),
        (zhao, "/cards/0000000000000000/ok", good.fields),
        (zhao, f"{card}/everything", good.fields),
        (zhao, good.action, good.fields | {"token": "forged"}),
        (zhao, good.action, foreign),
    ]
    statuses = [(await who.http.post(path, data=fields)).status_code for who, path, fields in tries]
    elsewhere = await zhao.http.post(
        good.action, data=good.fields, headers={"origin": "https://evil.example"}
    )
    unknown = await stage.stranger().http.post(good.action, data=good.fields, follow_redirects=False)
    return [*statuses, elsewhere.status_code, unknown.status_code]


async def until(true: object, what: str) -> None:
    async with asyncio.timeout(20):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.05)
    assert what


def test_from_signing_in_to_the_mail_and_nothing_else_has_an_effect(demo_dir: Path) -> None:
    async def story(house: House, smtp: SmtpServer) -> None:
        async with served(house) as stage:
            there = Town(house, house.clock, stage.street, smtp, {}, stage.url)  # type: ignore[arg-type]
            code = stage.code("p-lina")
            assert (await stage.stranger().sign_in("AAAAAAAA")).status_code != 200
            lina, zhao = stage.stranger(), await stage.user("p-zhaolei")
            assert (await lina.sign_in(code)).status_code == 200
            assert (await stage.stranger().sign_in(code)).status_code != 200, "a code is good once"
            assert "王建国" in await lina.say(WISH)
            await lina.say("发出去")
            (action,) = there.waiting()
            page = await zhao.until("/approvals", lambda page: "/cards/" in page, "a card")
            card = re.findall(r'href="(/cards/[a-z0-9]{16})"', page)[0]

            statuses = await wrong_presses(stage, lina, zhao, card)
            assert all(status in (303, 400, 403, 404) for status in statuses), statuses
            await lina.say(f"批准 {action}")
            assert there.state(action) == State.PENDING, (
                "nobody else decides, and nobody by a form that is not ours"
            )

            late, form = await zhao.form(f"{card}/no", card), await zhao.form(f"{card}/ok", card)
            await asyncio.gather(*(zhao.submit(replace(form)) for _ in range(3)))
            assert there.state(action) == State.SCHEDULED
            for again in (form, late):
                assert (await zhao.submit(again)).status_code == 200
            assert there.state(action) == State.SCHEDULED, "doubled and late presses change nothing"
            assert re.search(WHO_AND_WHEN, await zhao.page(card))
            await zhao.until("/", lambda page: re.search(WHO_AND_WHEN, page), "the settled card in the chat")
            await lina.until("/", lambda page: "赵磊批准" in page, "word for the rep")
            house.clock.pass_(3600)  # type: ignore[attr-defined]
            await until(lambda: smtp.received, "the mail")
            assert "8%" in smtp.received[0].text
            await zhao.submit(form)
            await asyncio.sleep(1.2)
            assert len(smtp.received) == 1

    with SmtpServer() as smtp:
        settings = Settings(var_dir=demo_dir, canary_every=0, _env_file=None)
        house = open_house(settings, RunningClock(), gateway_from(smtp.url, demo_dir / "outbox"))
        asyncio.run(asyncio.wait_for(story(house, smtp), 100))
        with house.store.reading() as session:
            assert record.verify(session, house.head_file).problems == ()
        house.close()
