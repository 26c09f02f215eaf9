"""The manager's and the auditor's commands over the demo company: the ladder, pilots, rule books, the record, erasing."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run

POLICIES = Path(__file__).parents[2] / "policies"
RULE = """
@id("no-mail-at-five") @outcome("deny") @reason("五点不发") @reason_en("not at five") @unlock("改时间") @unlock_en("another hour")
forbid (principal, action in Action::"message", resource) when { context.local_hour == 5 };
"""
CASE = "  - {name: 五点不发, facts: {local_hour: 5}, expect: {verdict: deny, rules: [no-mail-at-five]}}\n"


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The shipped rules and one more."""
    folder = Path(shutil.copytree(POLICIES, tmp_path / "policies"))
    for name, more in (("quota_time.cedar", RULE), ("quota_time.cases.yaml", CASE)):
        path = folder / "rules" / name
        path.write_text(path.read_text("utf-8") + more, "utf-8")
    return folder


def _confirm(run: Run, code: str, who: str) -> Any:
    """A yes as somebody who has opened the card and typed its code."""
    cards = run("actions", "--as", who, "--waiting", "--json").json
    confirm = next(card["confirm"] for card in cards if card["code"] == code)
    return run("approve", code, "--as", who, "--confirm", confirm, "--json")


def _sent(run: Run) -> str:
    """A follow-up that 李娜 asked for; its code."""
    thread = run("ask", "--as", "p-lina", "--json", "帮我给华东医疗王总写封跟进邮件").json["thread"]
    outcome = run("ask", "--as", "p-lina", "--json", "--thread", thread, "发出去").json["outcomes"][0]
    return str(outcome["code"] if outcome.get("code") else outcome["action_id"])


def test_the_ladder_is_listed_and_one_person_takes_it_down(run: Run) -> None:
    rows = run("autonomy", "--as", "p-zhaolei", "--json").json
    by_verb = {row["verb"]: row for row in rows}
    assert by_verb["send_contract"]["ceiling"] == 4
    assert by_verb["create_task"]["ceiling"] == 6
    assert all(row["n"] == 0 and not row["may_rise"] for row in rows)
    ran = run("autonomy", "--as", "p-zhaolei")
    assert "send_email" in ran.out
    assert "n=0" in ran.out
    down = run("autonomy", "demote", "send_email", "--as", "p-zhaolei", "--reason", "观察一周", "--json")
    assert down.code == 0
    assert down.json["state"] == "executed"
    assert {row["verb"]: row["level"] for row in run("autonomy", "--as", "p-lina", "--json").json}[
        "send_email"
    ] == 4
    assert run("autonomy", "demote", "send_email", "--as", "p-lina").code == 1
    refused = run("autonomy", "promote", "send_email", "--as", "p-admin")
    assert refused.code == 1
    assert "0/100" in refused.out


def test_a_pilot_begins_is_reported_and_widens_with_two(run: Run) -> None:
    assert "不限范围" in run("pilot", "list", "--as", "p-lina").out
    assert run("pilot", "add", "send_email", "region:华东", "--as", "p-zhaolei").code == 0
    assert run("pilot", "list", "--as", "p-lina", "--json").json == {"send_email": ["region:华东"]}
    wider = run("pilot", "add", "send_email", "region:华南", "--as", "p-admin", "--json").json
    assert wider["state"] == "pending"
    assert _confirm(run, wider["code"], "p-zhoumin").json["state"] in ("scheduled", "executed")
    assert run("pilot", "list", "--as", "p-lina", "--json").json == {
        "send_email": ["region:华东", "region:华南"]
    }
    report = run("pilot", "report", "send_email", "--as", "p-zhaolei", "--json").json
    assert report["scopes"] == ["region:华东", "region:华南"]
    assert set(report) >= {"inside_before", "inside_since", "outside_before", "outside_since"}
    assert "n=0" in run("pilot", "report", "send_email", "--as", "p-zhaolei").out
    assert run("pilot", "report", "book_meeting", "--as", "p-zhaolei").code == 3
    assert run("pilot", "remove", "send_email", "region:华南", "--as", "p-zhaolei").code == 0


def test_a_rule_book_is_published_listed_and_rolled_back(run: Run, stricter: Path) -> None:
    _sent(run)
    waiting = run("policy", "publish", str(stricter), "--as", "p-admin", "--reason", "夜间", "--json").json
    assert waiting["state"] == "pending"
    assert run("policy", "versions", "--as", "p-audit", "--json").json[0]["version"] == "shipped"
    assert _confirm(run, waiting["code"], "p-zhoumin").code == 0
    rows = run("policy", "versions", "--as", "p-audit", "--json").json
    assert [row["in_force"] for row in rows] == [True, False]
    assert (rows[0]["author"], rows[0]["reviewer"]) == ("p-admin", "p-zhoumin")
    assert rows[0]["version"][:12] in run("policy", "versions", "--as", "p-audit").out
    back = run("policy", "rollback", "shipped", "--as", "p-admin", "--json").json
    assert _confirm(run, back["code"], "p-zhoumin").code == 0
    assert run("policy", "versions", "--as", "p-audit", "--json").json[1]["in_force"]
    assert run("audit", "verify", "--as", "p-audit").code == 0
    assert run("doctor", "--json").code == 0


def test_an_emergency_by_one_and_broken_rules_by_nobody(run: Run, stricter: Path) -> None:
    done = run("policy", "publish", str(stricter), "--as", "p-zhoumin", "--emergency", "--json")
    assert done.json["state"] == "executed"
    assert run("policy", "versions", "--as", "p-audit", "--json").json[0]["emergency_until"]
    (stricter / "rules" / "mail.cedar").write_text("permit (principal", "utf-8")
    broken = run("policy", "publish", str(stricter), "--as", "p-admin")
    assert broken.code == 1
    assert "mail.cedar" in broken.out
    assert run("policy", "publish", str(stricter / "nowhere"), "--as", "p-admin").code == 2


def test_the_replay_says_by_its_exit_code(run: Run, stricter: Path) -> None:
    assert run("audit", "replay", "--policy", str(stricter), "--as", "p-audit").code == 3
    _sent(run)
    same = run("audit", "replay", "--policy", str(POLICIES), "--since", "90d", "--as", "p-audit")
    assert same.code == 0
    assert "n=1" in same.out
    path = stricter / "rules" / "quota_time.cedar"
    path.write_text(path.read_text("utf-8").replace("local_hour == 5", "local_hour == 12"), "utf-8")
    other = run("audit", "replay", "--policy", str(stricter), "--as", "p-audit")
    assert other.code == 1
    assert "no-mail-at-five: 1" in other.out
    assert run("policy", "replay", "--policy", str(stricter), "--json").json["changed"] == 1


def test_the_auditor_reads_the_whole_story_and_others_what_they_could_see(run: Run) -> None:
    code = _sent(run)
    whole = run("audit", "why", code, "--as", "p-audit", "--json").json
    assert whole["agrees_with_the_chain"]
    assert whole["steps"][0]["event"] == "evaluated"
    assert whole["facts"]["Policy version"]
    assert run("audit", "why", code, "--as", "p-lina").code == 0
    assert run("audit", "why", code, "--as", "p-wuting").code == 3
    assert run("audit", "why", "ZZZZ", "--as", "p-audit").code == 3


def test_exports_are_signed_off_and_limited(run: Run, tmp_path: Path) -> None:
    code = _sent(run)
    target = tmp_path / "chain.jsonl"
    assert run("audit", "export", "-o", str(target), "--as", "p-audit").code == 0
    lines = target.read_text("utf-8").splitlines()
    signed = json.loads((tmp_path / "chain.jsonl.summary.json").read_text("utf-8"))
    assert signed["count"] == len(lines)
    assert signed["whole_record"]
    assert signed["first"]["hash"] == json.loads(lines[0])["hash"]
    assert signed["last"]["hash"] == json.loads(lines[-1])["hash"]
    assert signed["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    table = tmp_path / "chain.csv"
    assert (
        run("audit", "export", "--format", "csv", "-o", str(table), "--action", code, "--as", "p-audit").code
        == 0
    )
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert {row["event"] for row in rows} >= {"evaluated"}
    assert len({row["action_id"] for row in rows}) == 1
    assert run("audit", "export", "--action", code, "--as", "p-wuting").code == 3
    assert run("audit", "export", "--format", "xml", "--as", "p-audit").code == 2
    theirs = run("audit", "export", "--as", "p-wuting")
    assert theirs.code == 0
    assert '"send_email"' not in theirs.out
    assert run("audit", "export", "--since", "1h", "--as", "p-audit").out.count("\n") > 0
    assert "audit_exported" in run("audit", "export", "--as", "p-audit").out, "who took it out is on record"


def test_the_head_is_printed_and_its_copy_lies_beside(run: Run, demo_dir: Path) -> None:
    _sent(run)
    shown = run("audit", "head", "--as", "p-audit", "--json").json
    copy = json.loads(Path(shown["copy"]).read_text("utf-8"))
    assert copy["hash"]
    assert list((demo_dir / "audit" / "heads").iterdir())
    assert run("audit", "verify", "--as", "p-audit", "--json").json["ok"]


def test_erasing_lists_first_and_needs_a_second_person(run: Run, demo_dir: Path) -> None:
    listed = run("erase", "contact", "C-001", "--as", "p-admin", "--dry-run", "--json").json
    assert {row["table"] for row in listed["rows"]} >= {"contact", "interaction"}
    assert "王建国" not in json.dumps(listed, ensure_ascii=False)
    assert run("erase", "contact", "C-001", "--as", "p-lina", "--dry-run").code == 1
    assert run("erase", "contact", "C-999", "--as", "p-admin", "--dry-run").code == 3
    asked = run("erase", "contact", "C-001", "--as", "p-admin", "--reason", "本人来函", "--json").json
    assert asked["state"] == "pending"
    assert _confirm(run, asked["code"], "p-linfang").code == 0
    assert "王建国" not in run("ask", "--as", "p-lina", "--json", "王建国最近说了什么?").json["text"].replace(
        "“王建国”", ""
    )
    why = run("audit", "why", asked["code"], "--as", "p-audit", "--json").json
    assert [step["event"] for step in why["steps"]][-1] == "swept"
    assert run("audit", "verify", "--as", "p-audit").code == 0


@pytest.mark.parametrize("command", ["serious", "complaint", "wrong"])
def test_what_went_wrong_is_reported_in_the_chat(run: Run, command: str) -> None:
    code = _sent(run)
    assert "用法" in run("ask", "--as", "p-zhaolei", f"/{command} {code}").out
    said = run("ask", "--as", "p-zhaolei", f"/{command} {code} 附件错了").out
    assert code in said
    level = {row["verb"]: row["level"] for row in run("autonomy", "--as", "p-lina", "--json").json}[
        "send_email"
    ]
    assert level == (5 if command == "wrong" else 4)
    assert "没有找到" in run("ask", "--as", "p-wuting", f"/{command} {code} 附件错了").out
