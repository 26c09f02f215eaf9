"""The demo company as it lies on disk: believable numbers, whole references, nothing real, the same bytes again."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo"
KINDS = {"mail", "call", "meeting", "chat", "web", "order", "note"}
TABLES = (
    "teams",
    "people",
    "accounts",
    "contacts",
    "deals",
    "deal_contacts",
    "stages",
    "offers",
    "interactions",
)


def rows(name: str) -> list[dict[str, str]]:
    with (DEMO / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def papers() -> list[tuple[dict[str, Any], str]]:
    """Front matter and text of every transcript and note."""
    found = []
    for path in sorted([*(DEMO / "transcripts").iterdir(), *(DEMO / "notes").iterdir()]):
        _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
        found.append((yaml.safe_load(front), text))
    return found


def mails() -> list[tuple[str, str, str]]:
    """Deal, sender and text of every .eml file."""
    found = []
    for path in sorted((DEMO / "mails").glob("*.eml")):
        mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        assert not mail.defects, path
        found.append((str(mail["X-Chengdan-Deal"]), str(mail["From"]), str(mail.get_content())))
    return found


def playbook() -> dict[str, Any]:
    path = DEMO / "playbook.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def test_it_is_as_large_and_as_mixed_as_a_real_book_of_business() -> None:
    people, deals, told = rows("people"), rows("deals"), rows("interactions")
    roles = {role for person in people for role in person["角色"].split("|")}
    assert len(rows("teams")) == 3
    assert len({team["region"] for team in rows("teams")}) == 2
    assert len(people) >= 12
    assert roles == {"rep", "manager", "director", "legal", "finance", "admin", "auditor"}
    assert len(rows("accounts")) >= 40
    assert len(rows("contacts")) >= 110
    assert len(rows("offers")) >= 50
    stages = Counter(deal["阶段"] for deal in deals)
    closed = stages["赢单"], stages["丢单"]
    assert len(deals) >= 120
    assert 40 <= closed[0] <= 55
    assert 30 <= closed[1] <= 42
    assert len(deals) - sum(closed) >= 40
    assert len(told) + len(papers()) + len(mails()) >= 800
    assert {row["kind"] for row in told} == KINDS
    assert sum(row["language"] == "en" for row in told) >= 80


def test_its_days_span_eighteen_months_and_end_on_the_last_day() -> None:
    days = [row["at"] for row in rows("interactions")] + [str(front["at"]) for front, _ in papers()]
    assert min(days) >= "2025-05-01"
    assert min(days) < "2025-09-01"
    assert "2026-11-15" < max(days) < "2026-11-21"
    assert max(row["关闭时间"] for row in rows("deals")) < "2026-11-21"


def test_every_reference_finds_its_row_and_every_id_is_its_own() -> None:
    ids = {
        name: [next(iter(row.values())) for row in rows(name)] for name in TABLES if name != "deal_contacts"
    }
    for name, values in ids.items():
        assert len(values) == len(set(values)), name
    known = {name: set(values) for name, values in ids.items()} | {"": {""}}
    at_account = {row["联系人编号"]: row["客户编号"] for row in rows("contacts")}
    account_of = {row["商机编号"]: row["客户编号"] for row in rows("deals")}
    assert set(at_account.values()) <= known["accounts"]
    assert {row["负责人"] for row in [*rows("accounts"), *rows("deals")]} <= known["people"]
    assert {row["deal_id"] for name in ("stages", "offers") for row in rows(name)} <= known["deals"]
    for row in rows("deal_contacts"):
        assert at_account[row["contact_id"]] == account_of[row["deal_id"]], row
    for row in rows("interactions"):
        assert account_of[row["deal_id"]] == row["account_id"] == at_account[row["contact_id"]], row["id"]
        assert row["person_id"] in known["people"]
    for front, _ in papers():
        assert at_account[front["contact"]] == account_of[front["deal"]], front["id"]
        assert front["person"] in known["people"]
    every = [*ids["interactions"], *(front["id"] for front, _ in papers())]
    assert len(every) == len(set(every))


def test_no_address_or_number_could_be_a_real_one() -> None:
    everything = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(DEMO.rglob("*"))
        if path.suffix in {".csv", ".md", ".vtt", ".srt", ".txt", ".yaml", ".eml"}
    )
    domains = set(re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", everything))
    ours = re.compile(r"(?:.*\.)?(?:example\.(?:com|cn|net)|chengdan-demo\.cn)")
    assert {domain for domain in domains if not ours.fullmatch(domain)} == set()
    assert all(row["电话"].startswith("139 0000 ") for row in rows("contacts"))
    assert re.findall(r"(?<![\d.,])1[3-9]\d{9}(?!\d)", everything) == []


def customer_and_rep_lines() -> dict[str, tuple[list[str], int]]:
    """Deal -> the customers' lines, and how many lines are ours."""
    colleagues = {row["姓名"] for row in rows("people")}
    spoken = [
        (r["deal_id"], r["text"]) for r in rows("interactions") if r["kind"] in {"chat", "call", "meeting"}
    ]
    spoken += [(front["deal"], re.sub(r"<v ([^>]+)>", r"\1: ", text)) for front, text in papers()]
    found: dict[str, tuple[list[str], int]] = {}
    for deal, text in spoken:
        theirs, ours = found.get(deal, ([], 0))
        for line in text.splitlines():
            speaker, mark, words = re.sub(r"^\[[\d:]+\] ", "", line).partition(": ")
            if mark and speaker in colleagues:
                ours += 1
            elif mark:
                theirs = [*theirs, words]
        found[deal] = (theirs, ours)
    return found


@pytest.mark.parametrize("objection", playbook()["objections"], ids=lambda one: str(one["id"]))
def test_every_objection_was_met_and_answered_in_won_deals_of_the_default_team(
    objection: dict[str, Any],
) -> None:
    won = {r["商机编号"] for r in rows("deals") if r["阶段"] == "赢单" and r["团队"] == "t-east-1"}
    words = [word.casefold() for word in (*objection["keywords"], *objection["keywords_en"])]
    met = {
        deal
        for deal, (theirs, ours) in customer_and_rep_lines().items()
        if deal in won and ours and any(word in line.casefold() for line in theirs for word in words)
    }
    assert len(met) >= 2


def test_the_playbook_is_whole_and_breaks_none_of_its_own_rules() -> None:
    book = playbook()
    banned = [*book["banned_phrases"], *book["banned_phrases_en"]]
    assert len(book["objections"]) == 12
    for one in book["objections"]:
        assert len(one["paraphrases"]) == 5
        assert len(one["tracks"]) >= 3
        for track in one["tracks"]:
            said = f"{track['text']}\n{track['text_en']}".casefold()
            assert [p for p in [*banned, *one["forbidden_replies"]] if p.casefold() in said] == []


def test_the_key_deal_has_everything_the_story_needs() -> None:
    deal = next(row for row in rows("deals") if row["商机编号"] == "D-001")
    assert deal["商机名称"] == "华东医疗 影像平台(PACS)一期"
    assert (deal["负责人"], deal["阶段"], deal["金额(元)"]) == ("p-lina", "谈判", "1280000.00")
    assert deal["下一步时间"] > "2026-11-20"
    offer = next(row for row in rows("offers") if row["id"] == "O-001")
    assert (offer["status"], offer["discount_percent"]) == ("sent", "8")
    told = sum(row["deal_id"] == "D-001" for row in rows("interactions"))
    told += sum(front["deal"] == "D-001" for front, _ in papers())
    letters = [text for number, _, text in mails() if number == "D-001"]
    assert told + len(letters) >= 14
    assert "三成不是标准 DICOM" in letters[-1]


def test_hostile_lines_lie_in_a_few_texts_and_in_no_more() -> None:
    texts = [row["text"] for row in rows("interactions")] + [text for _, _, text in mails()]
    hostile = [
        text
        for text in texts
        if re.search(r"忽略之前的指令|ignore all previous|系统提示|AI 助手请注意", text)
    ]
    assert 3 <= len(hostile) <= 8


def test_the_generator_writes_the_same_bytes_again(tmp_path: Path) -> None:
    command = [sys.executable, str(DEMO / "generate.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    written = {
        path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert len(written) > 100
    for name, content in written.items():
        assert (DEMO / name).read_bytes() == content, name
    for folder in ("mails", "transcripts", "notes"):
        assert {path.name for path in (DEMO / folder).iterdir()} == {
            path.name for path in (tmp_path / folder).iterdir()
        }


def test_it_stays_light() -> None:
    files = [path for path in DEMO.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) < 400
    assert sum(path.stat().st_size for path in files) < 3_000_000
