"""The grouped commands: audit, policy, eval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import As, Json

audit_app = typer.Typer(help="审计链: 校验与导出 / the hash-chained record", no_args_is_help=True)
policy_app = typer.Typer(help="策略: 检查、用例、回放 / the rules", no_args_is_help=True)
eval_app = typer.Typer(help="评测 / evaluations on data of your own", no_args_is_help=True)


@audit_app.command("verify")
def audit_verify(who: As = "", json: Json = False) -> None:
    """校验整条链和各行 / verify the chain and every row."""
    from .auditing import verify as run

    run(who, as_json=json)


@audit_app.command("export")
def audit_export(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="写到文件 / to a file")] = None,
    who: As = "",
    since: Annotated[str, typer.Option(help="多久以来,如 90d / how far back")] = "",
    action: Annotated[str, typer.Option(help="只要一个动作 / of one action")] = "",
    format: Annotated[str, typer.Option(help="jsonl | csv")] = "jsonl",
) -> None:
    """导出,附签收摘要 / export with a signed-off summary."""
    from .auditing import export as run

    run(out, who, since, action, format)


@policy_app.command("check")
def policy_check(folder: Annotated[Path | None, typer.Option(help="策略目录 / rules folder")] = None) -> None:
    """检查规则与模式 / validate rules and schema."""
    from .books import policy_check as run

    run(folder)


@policy_app.command("test")
def policy_test(
    folder: Annotated[Path | None, typer.Option(help="策略目录 / rules folder")] = None, json: Json = False
) -> None:
    """跑规则旁的用例 / run the cases beside the rules."""
    from .books import policy_test as run

    run(folder, as_json=json)


@policy_app.command("replay")
def policy_replay(
    policy: Annotated[Path, typer.Option(help="改过的策略目录 / folder with the changed rules")],
    since: Annotated[str, typer.Option(help="多久以来,如 90d / how far back")] = "90d",
    who: As = "",
    json: Json = False,
) -> None:
    """改了规则,历史上的动作会怎样 / what changed rules would have decided."""
    from .books import policy_replay as run

    run(policy, since, who, as_json=json)


@eval_app.command("retrieval")
def eval_retrieval(
    corpus: Annotated[Path, typer.Option(help="JSONL {id,text},可 gzip")],
    queries: Annotated[Path, typer.Option(help="JSONL {id,text}")],
    qrels: Annotated[Path, typer.Option(help="TSV query_id doc_id relevance")],
    json: Json = False,
) -> None:
    """检索评测,旁边跑一个普通 BM25 / retrieval figures, with plain BM25 beside."""
    from .rooms import eval_retrieval as run

    run(corpus, queries, qrels, as_json=json)


@eval_app.command("injection")
def eval_injection(
    payloads: Annotated[Path, typer.Option(help="JSONL {text,…},可 gzip / one text a line")],
    benign: Annotated[Path | None, typer.Option(help="无害文字,测误报 / benign texts: false alarms")] = None,
    model_url: Annotated[
        str, typer.Option("--model-url", help="换成真模型 / an OpenAI-compatible endpoint instead of ours")
    ] = "",
    model: Annotated[str, typer.Option(help="端点的模型名 / the endpoint's model")] = "",
    limit: Annotated[int, typer.Option(min=0, help="只用前 N 行,0 为全部 / only the first N rows")] = 0,
    json: Json = False,
) -> None:
    """注入评测: 外来文字能不能让系统做事或泄密 / can foreign text make the house act or tell."""
    from .drills import injection as run

    run(payloads, benign=benign, url=model_url, model=model, limit=limit, as_json=json)


@eval_app.command("speech")
def eval_speech(
    manifest: Annotated[Path, typer.Option(help="JSONL {audio,text,lang}")],
    model: Annotated[
        str, typer.Option(help="模型名称或文件夹;空: 按设置 / a model's name or folder; empty: as set")
    ] = "",
    json: Json = False,
) -> None:
    """转写评测: CER/WER、实时率、内存 / error rates, real-time factor, memory."""
    from .speech_eval import speech as run

    run(manifest, model, as_json=json)


@eval_app.command("summary")
def eval_summary(
    data: Annotated[Path, typer.Option(help="JSONL {id,turns,query?,budget_chars?,references},可 gzip")],
    json: Json = False,
) -> None:
    """摘要评测,旁边跑一个 LexRank / summary figures, with LexRank beside."""
    from .measuring import summary as run

    run(data, as_json=json)
