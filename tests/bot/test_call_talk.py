"""Corrections in a conversation and on the command line: written as versions, minutes stale until they are made anew."""

from __future__ import annotations

from bot.inbox import Inbox
from bot.messages import Inbound, Reply
from bot.wiring import House

from .conftest import Run

CALL = "I-001-11"


class Talk:
    """One person's conversation."""

    def __init__(self, house: House, who: str = "p-lina") -> None:
        self.inbox, self.who, self.said = Inbox(house), who, 0

    def say(self, text: str) -> Reply:
        self.said += 1
        inbound = Inbound(
            channel="terminal",
            person_id=self.who,
            thread="t",
            text=text,
            external_id=f"{self.who}-{self.said}",
        )
        return self.inbox.handle(inbound)


def words(house: House) -> str:
    from knowledge.model import Interaction

    with house.store.reading() as session:
        return session.get_one(Interaction, CALL).text


def test_a_wrong_name_is_corrected_and_the_minutes_are_stale_until_renewed(demo_house: House) -> None:
    talk = Talk(demo_house)
    assert "锐影" in talk.say("总结一下和华东医疗上次的电话").text
    done = talk.say("把锐影改成瑞影")
    assert "第 2 版" in done.text
    assert "重新生成纪要" in (done.answer.suggestions if done.answer else ())
    assert "锐影" not in words(demo_house)
    stale = talk.say("总结一下这通电话").text
    assert "⚠ 已过期:这份纪要基于文字稿第 1 版,李娜" in stale
    assert "锐影" in stale
    fresh = talk.say("重新生成纪要").text
    assert "已过期" not in fresh
    assert "文字稿第 2 版,李娜" in fresh
    assert "竞品:瑞影" in fresh or "瑞影报" in fresh
    assert "已过期" not in talk.say("总结一下这通电话").text


def test_a_speaker_a_sentence_and_the_way_back(demo_house: House) -> None:
    talk = Talk(demo_house)
    talk.say("总结一下和华东医疗上次的电话")
    assert "李娜 → 王建国" in talk.say("第1句是客户说的").text
    assert words(demo_house).startswith("王建国:")
    assert "第 3 版" in talk.say("第1句改成:您好,方便说话吗").text
    assert "没有第 99 句" not in talk.say("文字稿历史").text
    assert "共 0 句" not in talk.say("第99句是客户说的").text
    history = talk.say("文字稿历史").text
    assert "共 3 版" in history
    assert "李娜" in history
    assert "第 4 版" in talk.say("恢复第1版").text
    assert words(demo_house).startswith("李娜:")


def test_a_change_of_the_deal_stays_one(demo_house: House) -> None:
    talk = Talk(demo_house)
    talk.say("总结一下和华东医疗上次的电话")
    before = words(demo_house)
    reply = talk.say("把下一步改成发样机")
    assert "文字稿" not in reply.text
    assert words(demo_house) == before


def test_somebody_elsewhere_edits_nothing(demo_house: House) -> None:
    talk = Talk(demo_house, "p-wuting")
    before = words(demo_house)
    talk.say("总结一下和华东医疗上次的电话")
    talk.say("第1句是客户说的")
    assert words(demo_house) == before


def test_the_same_on_the_command_line(run: Run) -> None:
    made = run("call", "summary", CALL, "--as", "p-lina", "--json").json
    assert made["transcript"] == {"version": 1, "newest": 1, "stale": False}
    done = run("call", "edit", CALL, "--name", "锐影=瑞影", "--as", "p-lina", "--json")
    assert (done.code, done.json[0]["version"]) == (0, 2)
    beaten = run("call", "edit", CALL, "--line", "4", "--text", "x", "--base", "1", "--as", "p-zhaolei")
    assert beaten.code == 1
    assert "李娜" in beaten.out
    stale = run("call", "summary", CALL, "--as", "p-lina", "--json").json
    assert stale["transcript"] == {"version": 1, "newest": 2, "stale": True}
    assert "已过期" in run("call", "summary", CALL, "--as", "p-lina").out
    fresh = run("call", "summary", CALL, "--renew", "--as", "p-lina", "--json").json
    assert fresh["transcript"]["stale"] is False
    assert run("call", "metrics", CALL, "--json", "--as", "p-lina").json["transcript_version"] == 2
    known = run("call", "history", CALL, "--as", "p-lina", "--json").json
    assert [(one["version"], one["by"], one["rests_on_it"]) for one in known] == [
        (1, "", ["minutes (过期/stale)"]),
        (2, "李娜", ["minutes"]),
    ]
    assert "锐影" in run("call", "history", CALL, "--show", "1", "--as", "p-lina").out
    assert run("call", "restore", CALL, "1", "--as", "p-lina").code == 0
    assert run("call", "restore", CALL, "9", "--as", "p-lina").code == 1
    assert run("call", "edit", CALL, "--name", "锐影", "--as", "p-lina").code == 2
    assert run("call", "edit", CALL, "--text", "x", "--as", "p-lina").code == 2
    assert run("call", "history", CALL, "--as", "p-wuting").code == 3
    assert run("call", "edit", CALL, "--name", "a=b", "--as", "p-wuting").code == 3
