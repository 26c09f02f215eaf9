"""`make bench`: every figure of docs/benchmarks.md, measured now and written there."""

from __future__ import annotations

import datetime
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import (
    bench_approvals,
    bench_chaos,
    bench_engines,
    bench_injection,
    bench_journey,
    bench_mood,
    bench_policy,
    bench_retrieval,
    bench_scores,
    bench_speech,
    bench_stages,
    bench_start,
    bench_street,
    bench_summary,
    bench_turn,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
COLUMNS = ("recall@1", "recall@5", "recall@10", "hit@1", "hit@5", "MRR@10", "nDCG@10")

START = "Whole processes, medians of seven; the bare import is the floor under `ask`."
TURN = (
    "A loopback OpenAI-compatible server that answers at once, two model calls and one tool call; ours minus the bare\n"
    "SDK loop, interleaved in one run."
)
POLICY = "Microseconds, beside one SQL read by primary key in the same run; all rules of `policies/rules`."
APPROVALS = "One yes is: lock, facts from records, the judge, the record, notices. A hundred waiting actions on each database."
CHAOS = (
    "300 approved mails, three sender processes, a real SMTP server on loopback that answers 0.15 s after it took a mail, up\n"
    "to 40 kill -9, half of them aimed at a process inside its fence. Counted by Message-ID at the server."
)
INJECTION = (
    "`chengdan eval injection` on the development part of `../shared/data/prompt_injection`, our own hostile model, carriers\n"
    "from `carriers_table` for the false alarms. What must be 0 is 0 or the command fails."
)
STREET = (
    "Messages of 300 people over loopback HTTP into `serve` while it answers them with the offline brain, a tenth delivered\n"
    "twice, twenty seconds each way; the generator is a process of its own. Two hundred a second is far more than two cores\n"
    "can answer (an offline turn costs 50 to 70 ms of CPU), so what counts there is that everything is taken in.\n"
    "Then kill -9: 200 messages of 20 people, two processes on one database, twelve kills."
)
ENGINES = "The same turns moved by threads and by DBOS, each in a process of its own, interleaved twice, the better round shown."
SPEECH = (
    "What recordings cost beside the model, made on the spot; no Whisper weights are on this machine, so nothing is said about\n"
    "accuracy or the speed of a model: one is our small test model, one has random weights and Whisper tiny's size."
)
MOOD = (
    "How a customer sounds, by our own word lists with negation and intensifiers. No weight is fitted by machine, but words and\n"
    "rules were added after reading false alarms and misses on these very sets, so the figures are not held out; no published\n"
    "baseline. A drop counts where its p is at most 4 % (a rise: 1 %), so that at most about one talk in twenty alarms without one,\n"
    "however mixed the customer. How a change is looked for was chosen on other sentences and other seeds than those here; the\n"
    "first half of persuasion_for_good was among them. The shares within a turn say of which talks: all that were planted, or those\n"
    "found. Our own talks were written by those who wrote the word lists; what others wrote and labelled is harder, and there nine\n"
    "in ten within a turn are out of reach: even knowing how often each word is said before and after leaves it below that."
)
SUMMARIES = (
    "Extractive summaries without a model on the development parts of VCSum and QMSum, ours / LexRank in the same run; F1,\n"
    "Chinese over characters. Cross-validated by meeting: weights that never saw the meeting they are measured on."
)
EVENTS = (
    "Events of a shop's visitors from a JSONL file into SQLite, judged by the plan, hashed and stitched; then the same file again,\n"
    "and one event at a time as the collector takes it. CPU is this process's own: the wall depends on who else is at work."
)
JOURNEYS = (
    "`chengdan eval journey` and `eval churn` on the development parts: paths cross-validated by whole path, leads by lead, BG/NBD\n"
    "fitted on what lies before the cut alone."
)
ABSENT = "`../shared/data` is not here: not measured.\n"


def main(names: list[str]) -> None:
    """Measure everything, or only the sections named (their titles' first words), print, and write the document."""
    wanted = {name.lower() for name in names}
    old = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    parts = [] if wanted else [_head()]
    for title, make in _sections().items():
        if not wanted or title.split()[0].lower() in wanted:
            parts.append(f"## {title}\n\n{make()}")
    text = "\n".join(parts)
    DOCUMENT.write_text(replaced(old, parts) if wanted else text, encoding="utf-8")
    sys.stdout.write(text)


def replaced(document: str, parts: list[str]) -> str:
    """The document with these sections in the place of those with the same title; new ones come last."""
    for part in parts:
        title = part.partition("\n")[0]
        begin = document.find(f"{title}\n")
        end = document.find("\n## ", begin + 1) if begin >= 0 else -1
        rest = document[end:] if end >= 0 else ""
        document = document.rstrip("\n") + "\n\n" + part if begin < 0 else document[:begin] + part + rest
    return document


def _sections() -> dict[str, Callable[[], str]]:
    """Title -> what makes it. The first word of a title is what `python -m tests.bench WORD` takes."""
    return {
        "Start-up and offline turns": lambda: _table(START, bench_start.measure()),
        "One turn on a model": lambda: _table(TURN, bench_turn.measure(40)),
        "Policy": lambda: _table(POLICY, bench_policy.measure()),
        "Approvals": lambda: _table(APPROVALS, bench_approvals.measure()),
        "Chaos": lambda: _table(CHAOS, bench_chaos.measure()),
        "Street": lambda: _table(STREET, bench_street.measure()),
        "Engines": lambda: _table(ENGINES, bench_engines.measure()),
        "Injection": lambda: _table(INJECTION, bench_injection.measure(DATA)) if DATA.exists() else ABSENT,
        "Events": lambda: _table(EVENTS, bench_journey.measure()),
        "Journeys": lambda: _rows(JOURNEYS, bench_stages.measure()),
        "Speech": lambda: _table(SPEECH, bench_speech.measure()),
        "Scores": _scores if DATA.exists() else lambda: ABSENT,
        "Retrieval": lambda: _retrieval(bench_retrieval.bench(DATA)) if DATA.exists() else ABSENT,
        "Mood": lambda: _mood(bench_mood.bench(DATA)) if DATA.exists() else ABSENT,
        "Summaries": lambda: _summaries(bench_summary.bench(DATA)) if DATA.exists() else ABSENT,
    }


def _mood(rows: list[dict[str, Any]]) -> str:
    lines = [MOOD, "", "| what | n | value |", "| --- | --: | --: |"]
    return (
        "\n".join([*lines, *(f"| {row['name']} | {row['n']} | {row['value']:.3f} |" for row in rows)]) + "\n"
    )


def _scores() -> str:
    return bench_scores.as_table(bench_scores.measure()) + bench_scores.churn_and_price()


def _head() -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        "# Benchmarks\n\n"
        f"Made by `make bench` on {datetime.date.today().isoformat()} ({machine}).\n"
        "Compare within one table: absolute times belong to this machine, ratios travel.\n"
    )


def _table(says: str, found: dict[str, Any]) -> str:
    rows = "\n".join(f"| {name.replace('_', ' ')} | {value} |" for name, value in found.items())
    return f"{says}\n\n| | |\n| --- | --: |\n{rows}\n"


def _rows(says: str, rows: list[list[str]]) -> str:
    """A table whose rows are made already; the first two are its head."""
    return f"{says}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _retrieval(found: dict[str, dict[str, Any]]) -> str:
    lines = [
        "`chengdan eval retrieval` on the sets of `../shared/data`, ours / plain BM25 (Okapi, character bigrams and",
        "words) in the same run.",
        "",
        "| set | " + " | ".join(COLUMNS) + " | p50 / p95 ms | index s |",
        "| --- |" + " --- |" * (len(COLUMNS) + 2),
    ]
    for name, ours in found.items():
        cells = [f"{ours[column]:.3f} / {ours['baseline'][column]:.3f}" for column in COLUMNS]
        times = f"{ours['p50_ms']:.1f} / {ours['p95_ms']:.1f} | {ours['index_seconds']:.1f}"
        lines.append(f"| {name} | {' | '.join(cells)} | {times} |")
    return "\n".join(lines) + "\n"


def _summaries(found: dict[str, dict[str, Any]]) -> str:
    names = ("rouge1", "rouge2", "rougeL")
    lines = [
        SUMMARIES,
        "",
        "| set | n | " + " | ".join(names) + " |",
        "| --- | --: |" + " --- |" * len(names),
    ]
    for name, row in found.items():
        cells = " | ".join(f"{row[f'ours {one}']:.3f} / {row[f'lexrank {one}']:.3f}" for one in names)
        lines.append(f"| {name} | {row['n']} | {cells} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
