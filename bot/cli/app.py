"""The menu of commands. Each command's own module is imported when it is called, so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="chengdan",
    help="成单: 有据可查、在授权之内行动的销售助手。/ A sales assistant with evidence, acting inside its authority.\n\n"
    "先运行 make run,或: chengdan ask --demo --as p-lina '华东医疗那个单子现在什么情况?'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
audit_app = typer.Typer(help="审计链: 校验与导出 / the hash-chained record", no_args_is_help=True)
policy_app = typer.Typer(help="策略: 检查、用例、回放 / the rules", no_args_is_help=True)
eval_app = typer.Typer(help="评测 / evaluations on data of your own", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
app.add_typer(policy_app, name="policy")
app.add_typer(eval_app, name="eval")

As = Annotated[
    str, typer.Option("--as", metavar="WHO", help="编号、邮箱或唯一的姓名 / id, e-mail or unique name")
]
Json = Annotated[bool, typer.Option("--json", help="给程序读的 JSON / JSON for programs")]
Demo = Annotated[
    bool,
    typer.Option("--demo", help="库是空的就先装入演示公司 / load the demo company into an empty database"),
]
Ref = Annotated[str, typer.Argument(metavar="ACTION", help="动作编号或四位码 / action id or short code")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"chengdan {version('chengdan')}")
        raise typer.Exit


@app.callback()
def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 / version")
    ] = False,
) -> None:
    """成单: 有据可查、在授权之内行动的销售助手。/ A sales assistant with evidence, acting inside its authority.

    先运行 make run,或 / start with: chengdan ask --demo --as p-lina '华东医疗那个单子现在什么情况?'
    """


@app.command()
def chat(
    who: As = "",
    demo: Demo = False,
    thread: Annotated[str, typer.Option(help="接着哪段对话 / which conversation")] = "",
) -> None:
    """在终端里聊天 / chat in the terminal."""
    from .talk import chat as run

    run(who, demo=demo, thread=thread)


@app.command()
def ask(
    text: Annotated[
        str, typer.Argument(help="要问的话;写 - 则从标准输入读 / the question; - reads standard input")
    ],
    who: As = "",
    thread: Annotated[str, typer.Option(metavar="ID", help="接着哪段对话 / continue this conversation")] = "",
    json: Json = False,
    demo: Demo = False,
) -> None:
    """问一句,答一句 / one question, one answer."""
    from .talk import ask as run

    run(text, who, thread=thread, as_json=json, demo=demo)


@app.command()
def people(json: Json = False, demo: Demo = False) -> None:
    """公司里的人 / the colleagues."""
    from .rooms import people as run

    run(as_json=json, demo=demo)


@app.command()
def ingest(
    target: Annotated[Path, typer.Argument(help="import.yaml、映射 YAML、CSV/XLSX 或文件夹 / what to read")],
    mapping: Annotated[
        Path | None, typer.Option(help="CSV/XLSX 的映射文件 / mapping file for a table")
    ] = None,
    base: Annotated[Path | None, typer.Option(help="数据文件所在目录 / folder the data files lie in")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看会改什么 / only show what would change")
    ] = False,
    json: Json = False,
) -> None:
    """导入数据;重复导入不改变任何东西 / import data; twice is the same as once."""
    from .rooms import ingest as run

    run(target, mapping=mapping, base=base, dry_run=dry_run, as_json=json)


@app.command()
def reindex(
    full: Annotated[bool, typer.Option("--full", help="从头重建 / from scratch")] = False, json: Json = False
) -> None:
    """更新检索索引 / bring the search indexes up to date."""
    from .rooms import reindex as run

    run(full=full, as_json=json)


@app.command()
def actions(
    who: As = "",
    state: Annotated[str, typer.Option(help="只看这种状态,如 pending / only this state")] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="等我审批的 / what waits for my yes")] = False,
    json: Json = False,
) -> None:
    """看动作 / list actions."""
    from .deeds import actions as run

    run(who, state=state, waiting=waiting, as_json=json)


@app.command()
def approve(ref: Ref, who: As = "", json: Json = False) -> None:
    """批准 / approve an action."""
    from .deeds import approve as run

    run(ref, who, as_json=json)


@app.command()
def reject(
    ref: Ref,
    reason: Annotated[str, typer.Option("--reason", "-r", help="原因,必填 / why; required")],
    who: As = "",
    json: Json = False,
) -> None:
    """驳回 / reject an action."""
    from .deeds import reject as run

    run(ref, reason, who, as_json=json)


@app.command()
def edit(
    ref: Ref,
    changes: Annotated[list[str], typer.Argument(help="subject=… body=… to=… discount=5")],
    who: As = "",
    json: Json = False,
) -> None:
    """修改: 成为新动作,重新判定 / edit: becomes a new action, judged anew."""
    from .deeds import edit as run

    run(ref, " ".join(changes), who, as_json=json)


@app.command()
def undo(ref: Ref, who: As = "", json: Json = False) -> None:
    """撤销或撤回 / undo inside the window, or withdraw what waits."""
    from .deeds import undo as run

    run(ref, who, as_json=json)


@app.command()
def why(ref: Ref, who: As = "", json: Json = False) -> None:
    """为什么这样决定 / why it was decided so."""
    from .deeds import why as run

    run(ref, who, as_json=json)


@app.command()
def doctor(json: Json = False) -> None:
    """体检: 哪里不对、怎么修 / what is wrong and how to mend it."""
    from .health import doctor as run

    run(as_json=json)


@app.command()
def serve(host: str = "", port: int = 0) -> None:
    """常驻进程: 到点执行,并回答健康检查 / perform what is due and answer health checks."""
    from .health import serve as run

    run(host, port)


@audit_app.command("verify")
def audit_verify(json: Json = False) -> None:
    """校验整条链 / verify the whole chain."""
    from .books import verify as run

    run(as_json=json)


@audit_app.command("export")
def audit_export(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="写到文件 / to a file")] = None,
) -> None:
    """导出为 JSONL / export as JSON lines."""
    from .books import export as run

    run(out)


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
    json: Json = False,
) -> None:
    """改了规则,历史上的动作会怎样 / what changed rules would have decided."""
    from .books import policy_replay as run

    run(policy, since, as_json=json)


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
