"""The one test class that every channel passes, whatever its platform: what the street may rely on."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path

import pytest

from bot.street.splitting import split
from bot.street.words import Attachment, ClickAnswer, Fate, Kind, Load
from tests.fakes.channel_menu import BENCHES
from tests.fakes.channel_stage import (
    STATUS,
    VERBS,
    Stage,
    answer,
    card,
    card_parcel,
    draft,
    file,
    leaks,
    play,
    text,
)

HOSTILE = '..\\../../etc/客户 报价"<b>\r\nX: 1;\u202e单.pdf'
LINE = "第{:04d}句: 价格、交期和售后都写清楚了,请王主任过目。"


def bare(words: str) -> str:
    """Without white space: platforms differ in how they show line ends."""
    return re.sub(r"\s+", "", words)


def filled(stage: Stage, limit: int) -> str:
    """A text of different lines that measures the limit exactly, or one letter less where none does."""
    traits, lines = stage.channel.traits, list[str]()
    while traits.measure("\n".join([*lines, LINE.format(len(lines))])) <= limit:
        lines.append(LINE.format(len(lines)))
    whole = "\n".join(lines)
    while traits.measure(whole + "末") <= limit:
        whole += "末"
    while traits.measure(whole + "x") <= limit:
        whole += "x"
    return whole


@pytest.mark.parametrize("platform", BENCHES)
class TestEveryChannel:
    """Each promise of bot.street.port, on each platform."""

    def test_a_text_arrives_with_its_sender_and_a_private_place(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            words = "华东医疗那个单子,上次谈到哪了?\n第二行 <b>&amp; 'x' 😀"
            first, other = await stage.said("lina", words), await stage.said("zhaolei")
            assert (first.channel, first.kind, first.text) == (stage.channel.name, Kind.MESSAGE, words)
            assert first.sender == stage.bench.account("lina")
            assert (first.address.channel, first.address.group) == (stage.channel.name, False)
            assert first.address.to == stage.bench.account("lina"), "answers go to the one who asked, alone"
            assert first.addressed
            assert first.at.utcoffset() is not None
            assert other.sender == stage.bench.account("zhaolei")
            assert other.external_id != first.external_id

        play(platform, story)

    def test_what_is_delivered_again_is_the_same_arrival(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            again = await stage.bench.say("lina", "发出去")
            await stage.until(lambda: stage.intake.heard, "an arrival")
            for _ in range(2):
                await again()
            same = await stage.said("lina", "发出去")
            await stage.until(lambda: len(stage.intake.heard) >= 2, "a second message")
            ids = [one.external_id for one in stage.intake.heard]
            assert set(ids[:-1]) == {ids[0]}
            assert same.external_id != ids[0], "the same words said again are another message"

        play(platform, story)

    def test_a_text_at_the_limit_is_shown_whole(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            words = filled(stage, stage.channel.traits.limit)
            assert stage.channel.traits.measure(words) >= stage.channel.traits.limit - 3
            place = (await stage.said()).address
            assert (await stage.send(answer(place, words))).fate is Fate.SENT
            await stage.until(lambda: stage.bench.screen("lina"), "a text")
            await stage.until(lambda: bare(stage.bench.screen("lina")[-1]) == bare(words), "the whole text")
            assert len(stage.bench.screen("lina")) == 1

        play(platform, story)

    def test_what_the_street_cuts_arrives_whole_and_in_order(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            traits, parts_wanted = stage.channel.traits, min(3, stage.bench.most_parts)
            words = filled(stage, int(traits.limit * (parts_wanted - 0.5)))
            parts = split(words, traits.limit, traits.measure)
            assert len(parts) == parts_wanted
            place = (await stage.said()).address
            for number, part in enumerate(parts):
                parcel = text(place, part) if number else answer(place, part)
                assert (await stage.send(parcel)).fate is Fate.SENT
            await stage.until(lambda: len(stage.bench.screen("lina")) == len(parts), "all parts")
            await stage.until(
                lambda: bare("".join(stage.bench.screen("lina"))) == bare(words), "the whole text"
            )

        play(platform, story)

    def test_a_running_answer_and_its_end_are_one_message(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            place = (await stage.said()).address
            for count, words in enumerate(("正在查,请稍候…", "上次谈到价格", "上次谈到价格,王主任要 8%")):
                sent = await stage.send(draft(place, words))
                assert stage.channel.traits.drafts or not stage.chat(), "what shows no drafts shows nothing"
                assert sent.fate is not Fate.UNKNOWN
                if stage.channel.traits.drafts:
                    assert sent.fate is Fate.SENT, (count, sent)
                    await stage.until(lambda words=words: words in stage.chat(), f"the draft {words}")  # type: ignore[misc]
            assert (await stage.send(answer(place, "上次谈到 8% 的折扣。"))).fate is Fate.SENT
            await stage.until(lambda: stage.bench.screen("lina") == ["上次谈到 8% 的折扣。"], "the end")
            assert (await stage.once(draft(place, "太晚的草稿"))).fate is not Fate.UNKNOWN
            await asyncio.sleep(0.1)
            assert stage.bench.screen("lina") == ["上次谈到 8% 的折扣。"], "a late draft changes nothing"

        play(platform, story)

    def test_a_card_has_its_buttons_and_a_press_is_our_token_and_who_pressed(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            assert stage.channel.traits.buttons
            sent = await stage.send(card_parcel(await stage.place(), card()))
            assert sent.fate is Fate.SENT
            (seen,) = stage.bench.cards("lina")
            assert seen.buttons == {button.text: button.token for button in card().buttons}
            for words in ("A7F3", "给华东医疗发邮件", "李娜", "¥120,000", "折扣可以给到 8%"):
                assert words in stage.chat()
            for count, (words, verb) in enumerate(VERBS.items(), start=1):
                who = "lina" if count % 2 or not stage.bench.passes_on else "zhoumin"
                await stage.bench.press(who, seen, seen.buttons[words])
                await stage.until(lambda: len(stage.intake.clicks) == count, f"the press of {words}")  # noqa: B023
                pressed = stage.intake.clicks[-1]
                assert pressed.click is not None
                assert pressed.click.token == f"{verb}.{card().id}"
                assert (pressed.kind, pressed.sender) == (Kind.CLICK, stage.bench.account(who))
                assert not pressed.address.group
            ids = [one.external_id for one in stage.intake.clicks]
            assert len(set(ids)) == len(ids)
            assert len(stage.intake.heard) == 1, "a press is no message"

        play(platform, story)

    def test_a_press_delivered_again_is_the_same_press(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            await stage.send(card_parcel(await stage.place(), card()))
            (seen,) = stage.bench.cards("lina")
            again = await stage.bench.press("lina", seen, seen.buttons["批准"])
            await again()
            await stage.until(lambda: stage.intake.clicks, "a press")
            tokens = {one.click.token for one in stage.intake.clicks if one.click}
            assert tokens == {seen.buttons["批准"]}
            if platform != "wecom-bot":  # its long connection delivers no event twice
                assert len({one.external_id for one in stage.intake.clicks}) == 1

        play(platform, story)

    def test_the_decided_card_loses_its_buttons_and_says_who_and_when(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            settled = card(settled=True)
            stage.intake.answer = ClickAnswer(toast="已批准", card=settled)
            place = await stage.place()
            sent = await stage.send(card_parcel(place, card()))
            (seen,) = stage.bench.cards("lina")
            await stage.bench.press("lina", seen, seen.buttons["批准"])
            await stage.until(lambda: stage.intake.clicks, "the press")
            pressed = stage.intake.clicks[0]
            assert pressed.click is not None
            refs = {**sent.refs, **pressed.click.refs}
            update = card_parcel(place, settled, Load.CARD_UPDATE, refs)
            assert (await stage.send(update)).fate is Fate.SENT
            await stage.until(lambda: not any(one.buttons for one in stage.bench.cards("lina")), "no buttons")
            (shown,) = stage.bench.cards("lina")
            assert "赵磊批准" in shown.text
            assert "10:05" in shown.text

        play(platform, story)

    def test_a_copy_that_nobody_pressed_tells_the_end_too(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            place = await stage.place()
            sent = await stage.send(card_parcel(place, card()))
            update = card_parcel(place, card(settled=True), Load.CARD_UPDATE, sent.refs)
            end = await stage.send(update)
            if not stage.bench.pushes:  # the one reply is used: it must be said that nothing was brought
                assert end.fate is Fate.NEVER
                assert end.note
                return
            assert end.fate is Fate.SENT
            await stage.until(lambda: STATUS in stage.chat(), "the status")
            if stage.bench.changes_any:
                assert not any(one.buttons for one in stage.bench.cards("lina"))

        play(platform, story)

    def test_a_card_too_large_for_the_platform_hides_nothing(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            sent = await stage.send(card_parcel(await stage.place(), card(long=True)))
            assert sent.fate is Fate.SENT
            seen = stage.chat() + "".join(body.decode() for _, body in stage.bench.files("lina"))
            for words in ("第8位", "w8@example.test", "第059行", "A7F3"):
                assert words in seen.replace("＜", "<"), words
            answers = [button for one in stage.bench.cards("lina") for button in one.buttons]
            assert answers == list(VERBS) or "批准 A7F3" in seen, "there is a way to answer"

        play(platform, story)

    def test_a_file_arrives_with_its_name_and_nothing_hostile_in_it(
        self, platform: str, tmp_path: Path
    ) -> None:
        async def story(stage: Stage) -> None:
            path = stage.bench.kept(tmp_path) / "0a1b2c"
            path.write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 40)
            sent = await stage.send(file(await stage.place(), path, HOSTILE))
            if not stage.bench.pushes:
                assert (sent.fate, bool(sent.note)) == (Fate.NEVER, True)
                return
            assert sent.fate is Fate.SENT
            ((name, content),) = stage.bench.files("lina")
            assert content == path.read_bytes()
            assert name.endswith("单.pdf")
            assert "报价" in name
            assert not re.search(r"[\x00-\x1f/\\\u202a-\u202e]", name), name
            assert str(path.parent) not in stage.chat()

        play(platform, story)

    def test_a_sent_file_is_fetched_into_our_folder_under_a_name_of_ours(
        self, platform: str, tmp_path: Path
    ) -> None:
        async def story(stage: Stage) -> None:
            content = b"%PDF-1.7 " + bytes(range(256)) * 9
            await stage.bench.attach("lina", content, "../../合同 终版.pdf")
            await stage.until(lambda: stage.intake.heard, "the file's message")
            (attachment,) = stage.intake.heard[0].attachments
            fetched = await stage.channel.fetch(attachment, tmp_path, 1_000_000)
            path = Path(fetched.path)
            assert path.resolve().parent == tmp_path.resolve()
            assert path.read_bytes() == content
            assert fetched.size == len(content)
            with pytest.raises(Exception, match=r"."):
                await stage.channel.fetch(Attachment(kind="file", ref="no-such-file"), tmp_path, 1_000_000)
            assert list(tmp_path.iterdir()) == [path], "nothing half-done stays behind"

        play(platform, story)

    def test_unknown_kinds_and_rubbish_are_passed_over(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            await stage.bench.strange("lina")
            arrival = await stage.said("zhaolei", "还在吗?")
            await stage.until(
                lambda: "还在吗?" in [one.text for one in stage.intake.heard], "the next message"
            )
            assert not stage.running.done()
            assert stage.intake.clicks == []
            assert all(one.sender and one.external_id for one in [arrival, *stage.intake.heard])
            assert not any(one.attachments for one in stage.intake.heard)

        play(platform, story)

    @pytest.mark.parametrize("how", ["5xx", "lost", "refused"])
    def test_what_the_platform_does_not_confirm_is_never_sent(self, platform: str, how: str) -> None:
        async def story(stage: Stage) -> None:
            place = (await stage.said()).address
            before = len(stage.bench.screen("lina"))
            stage.bench.break_next(how)
            parcel = answer(place, "上次谈到 8% 的折扣。")
            sent = await stage.once(parcel)
            assert sent.fate is not Fate.SENT
            assert sent.note, "doctor and the log say why"
            if stage.channel.traits.resend:
                assert (await stage.send(parcel)).fate is Fate.SENT
                assert len(stage.bench.screen("lina")) == before + 1, "sent twice, it is shown once"
            elif how == "lost":
                assert sent.fate is Fate.UNKNOWN, "it may be on the screen: it is not sent again by itself"
            else:
                assert len(stage.bench.screen("lina")) == before or sent.fate is not Fate.LATER

        play(platform, story)

    @pytest.mark.parametrize("away", [False, True], ids=["connected", "away"])
    def test_it_ends_at_once_when_it_is_told_to(self, platform: str, away: bool) -> None:
        async def story(stage: Stage) -> None:
            await stage.said()
            if away:
                await stage.bench.end()
                await asyncio.sleep(0.3)
            if stage.running.done():
                pytest.fail(f"it ended by itself: {stage.running.exception()!r}")
            stage.running.cancel()
            done, _ = await asyncio.wait({stage.running}, timeout=2)
            assert done, "it still runs"

        play(platform, story)

    def test_health_tells(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            await stage.said()
            health = stage.channel.health()
            assert health.ok
            assert re.search(r"[\u4e00-\u9fff]", health.says)
            assert re.search(r"[a-z]{4}", health.says)
            assert health.last_seen is not None
            assert abs((stage.clock() - health.last_seen).total_seconds()) < 60
            json.dumps(dict(health.figures or {}))
            if not stage.bench.connects:
                return
            await stage.bench.end()
            stage.clock.pass_(600)
            await stage.until(lambda: not stage.channel.health().ok, "a word that it is not connected")
            assert stage.channel.health().says

        play(platform, story)

    def test_a_press_that_the_platform_did_not_sign_is_refused_at_the_door(self, platform: str) -> None:
        async def story(stage: Stage) -> None:
            await stage.send(card_parcel(await stage.place(), card()))
            (seen,) = stage.bench.cards("lina")
            statuses = await stage.bench.forge("lina", seen, seen.buttons["批准"], stage.door)
            assert set(statuses) <= stage.bench.refusals, statuses
            await asyncio.sleep(0.05)
            assert stage.intake.clicks == []

        play(platform, story)

    def test_no_secret_is_in_the_log_in_a_note_or_on_the_pad(
        self, platform: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        for name in ("httpx", "httpcore", "websockets", "telegram"):
            caplog.set_level(logging.DEBUG, logger=name)

        async def story(stage: Stage) -> None:
            place = await stage.place()
            address = (await stage.said()).address
            await stage.send(draft(address, "正在查"))
            await stage.send(answer(address, "查到了"))
            sent = await stage.once(card_parcel(place, card()))
            (seen,) = stage.bench.cards("lina")
            await stage.once(card_parcel(place, card(settled=True), Load.CARD_UPDATE, sent.refs))
            await stage.bench.forge("lina", seen, "ok.0", stage.door)
            for how in ("5xx", "refused", "lost"):
                stage.bench.break_next(how)
                await stage.once(text(place, f"一句 {how}"))
            secrets = stage.bench.secrets
            await stage.bench.end()
            await stage.once(text(place, "平台不在"))
            await asyncio.sleep(0.1)
            assert all(len(one) > 4 for one in secrets)
            assert caplog.records
            assert leaks(stage, caplog.records, secrets) == []

        play(platform, story)
