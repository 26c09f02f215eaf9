"""`eval score` on what real files are like: each fault is answered in words, with what to do, and the rest still works."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge.score_evaluation import Question, evaluate_score
from knowledge.scoring_rows import BadTable, Counts, rows_of
from tests.bot.test_eval_score import rows, write

TODAY = date(2026, 11, 25).toordinal()


def evaluated(tmp_path: Path, table: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    """The first three quarters to learn from, the rest to be judged on."""
    cut = len(table) * 3 // 4
    train, test = write(tmp_path / "a.csv", table[:cut]), write(tmp_path / "b.csv", table[cut:])
    asked = {"label": "won", "drop": ("day", "customer"), "today": TODAY, **more}
    return evaluate_score(Question(train=train, test=test, **asked))


def reasons(found: dict[str, Any]) -> dict[str, str]:
    assert all(one["zh"] and one["en"] for one in found["dropped"])
    return {one["column"]: one["reason"] for one in found["dropped"]}


def test_columns_that_know_the_answer_are_refused_with_the_reason(tmp_path: Path) -> None:
    table = [
        {
            **row,
            "status": "closed-won" if row["won"] == "yes" else "open" if i % 2 else "closed-lost",
            "commission": f"{100 + i}" if row["won"] == "yes" else "0",
            "paid_on": f"2026-0{1 + i % 9}-11" if row["won"] == "yes" else "",
            "copy": row["won"].upper() if i % 50 else "?",
        }
        for i, row in enumerate(rows(160, 1))
    ]
    found = evaluated(tmp_path, table)
    assert {name: reasons(found).get(name) for name in ("status", "commission", "paid_on", "copy")} == dict.fromkeys(
        ("status", "commission", "paid_on", "copy"), "leak"
    )  # fmt: skip
    assert set(found["features"]) <= {"visits", "age", "source", "size", "noise"}
    assert 0.6 < found["auc"] < 0.97


def test_what_is_dated_after_its_row_is_refused(tmp_path: Path) -> None:
    table = [
        {**row, "reviewed": (date.fromisoformat(row["day"]) + timedelta(days=20)).isoformat()}
        for row in rows(160, 1)
    ]
    found = evaluated(tmp_path, table, time="day", drop=("customer",))
    assert reasons(found)["reviewed"] == "future"


def test_constant_empty_exploding_and_future_columns(tmp_path: Path) -> None:
    table = [
        {**row, "one": "x", "none": "", "text": f"note {i} {row['age']}", "due": "2031-01-01" if i % 3 else "2032-05-05"}
        for i, row in enumerate(rows(160, 1))
    ]  # fmt: skip
    found = reasons(evaluated(tmp_path, table))
    assert (found["one"], found["none"], found["due"]) == ("constant", "empty", "future")
    assert found["text"] in ("identifier", "exploding")


def test_sums_in_several_currencies_are_not_added_up(tmp_path: Path) -> None:
    table = [
        {**row, "price": f"${i}" if i % 3 else f"¥{7 * i}", "fee": f"{i % 90} 元" if i % 2 else f"¥{i % 90}"}
        for i, row in enumerate(rows(160, 1))
    ]
    found = evaluated(tmp_path, table)
    assert reasons(found)["price"] == "currencies"
    assert "fee" not in reasons(found)
    told = next(one for one in found["dropped"] if one["column"] == "price")
    assert "USD" in told["zh"]
    assert "CNY" in told["en"]


def test_negative_prices_are_counted_and_said(tmp_path: Path) -> None:
    table = [{**row, "amount": f"{-5 if i in (3, 9) else i}"} for i, row in enumerate(rows(160, 1))]
    found = evaluated(tmp_path, table)
    assert "amount: 2 cells below zero" in found["warnings"]
    both = [{**row, "amount_change": f"{i % 7 - 3}"} for i, row in enumerate(rows(160, 1))]
    assert not [one for one in evaluated(tmp_path, both)["warnings"] if "below zero" in one]


def test_the_same_deal_twice_counts_once(tmp_path: Path) -> None:
    table = [{"deal_id": f"D-{i:04}", **row} for i, row in enumerate(rows(160, 1))]
    train = write(tmp_path / "a.csv", [*table[:120], *table[:10], table[150]])
    test = write(tmp_path / "b.csv", table[120:])
    found = evaluate_score(Question(train=train, test=test, label="won", drop=("day", "customer")))
    assert (found["n_train"], found["train_left_out"]["repeated"], found["train_left_out"]["in_test"]) == (
        120,
        10,
        1,
    )
    assert any("deal_id" in one for one in found["warnings"])
    renumbered = [{**row, "deal_id": f"D-{i:04}"} for i, row in enumerate(table[120:])]
    test = write(tmp_path / "b.csv", renumbered)
    found = evaluate_score(Question(train=train, test=test, label="won", drop=("day", "customer")))
    assert found["n_train"] == 121  # the same number is not the same deal


def test_a_clock_that_jumped_is_left_out(tmp_path: Path) -> None:
    table = rows(160, 1)
    jumped = [{**row, "day": "1970-01-01" if i % 40 == 0 else "2099-05-05" if i % 41 == 0 else row["day"]}
              for i, row in enumerate(table)]  # fmt: skip
    found = evaluated(tmp_path, jumped, time="day", drop=("customer",), today=date(2028, 1, 1).toordinal())
    assert found["train_left_out"]["clock_jumped"] == sum(i % 40 == 0 or i % 41 == 0 for i in range(120))
    assert found["n_train"] == 120 - found["train_left_out"]["clock_jumped"]


@pytest.mark.parametrize("label", ["no", "yes"])
def test_nothing_but_one_answer_gives_the_share_and_no_reasons(tmp_path: Path, label: str) -> None:
    found = evaluated(tmp_path, [{**row, "won": label} for row in rows(200, 1)], positive="yes")
    assert (found["method"], found["auc"], found["features"]) == ("prior", None, [])
    assert found["brier"] < 0.01


def test_one_row(tmp_path: Path) -> None:
    one = write(tmp_path / "a.csv", rows(1, 1))
    found = evaluate_score(Question(train=one, test=one, label="won", positive="yes"))
    assert (found["method"], found["n_train"], found["n_test"]) == ("prior", 1, 1)


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"", "gb18030"), (b"", "utf-8-sig"), (b"", "utf-16"), (b"", "latin-1")]
)
@pytest.mark.parametrize("zipped", [False, True])
def test_encodings_marks_and_gzip(tmp_path: Path, mark: bytes, encoding: str, zipped: bool) -> None:
    word = "caf\u00e9" if encoding == "latin-1" else "医院"
    text = "name,won\n" + "".join(f"{word}{i % 3},{i % 2}\n" for i in range(60))
    plain = mark + text.encode(encoding)
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(plain) if zipped else plain)
    read = list(rows_of(path, Counts()))
    assert len(read) == 60
    assert set(read[0]) == {"name", "won"}
    if encoding != "latin-1":  # gb18030 reads most latin-1 texts as something; the rows stay rows
        assert read[0]["name"] == f"{word}0"


def test_a_quotation_mark_that_is_not_closed_is_found_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,won\n" + "1,1\n" * 8 + '"open,0\n' + "2,0\n" * 500, encoding="utf-8")
    with pytest.raises(BadTable, match="第 10 行") as error:
        list(rows_of(path, Counts()))
    assert "line 10" in str(error.value)


def test_broken_rows_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b,won\n1,2,1\n1,2,3,4,5\n\n7\n\x00,2,0\n2,\xff\xfe,0\n")
    counts = Counts()
    read = list(rows_of(path, counts))
    assert (counts.rows, counts.uneven) == (5, 2)
    assert read[2] == {"a": "7", "b": "", "won": ""}
