"""The menu of commands. Each command's own module is imported when it is called, so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import call_version_groups as call_version_groups
from .call_groups import call_app
from .coaching_groups import coaching_apps
from .feed_groups import feed_app
from .groups import audit_app, eval_app, policy_app
from .journey_groups import identity_app, journey_app
from .keeper import keeper_app
from .options import As, Demo, Json, Ref
from .rule_groups import autonomy_app, pilot_app
from .score_groups import model_app, score_app
from .stage_groups import churn_app, stage_app
from .street_groups import street_app
from .worth_groups import worth_app

app = typer.Typer(
    name="chengdan",
    help="成单: 有据可查、在授权之内行动的销售助手。/ A sales assistant with evidence, acting inside its authority.\n\n"
    "先运行 make run,或: chengdan ask --demo --as p-lina '华东医疗那个单子现在什么情况?'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(audit_app, name="audit")
app.add_typer(policy_app, name="policy")
app.add_typer(eval_app, name="eval")
app.add_typer(autonomy_app, name="autonomy")
app.add_typer(pilot_app, name="pilot")
app.add_typer(call_app, name="call")
for name, group in coaching_apps().items():
    app.add_typer(group, name=name)
app.add_typer(model_app, name="model")
app.add_typer(score_app, name="score")
app.add_typer(feed_app, name="feed")
app.add_typer(identity_app, name="identity")
app.add_typer(journey_app, name="journey")
app.add_typer(stage_app, name="stage")
app.add_typer(churn_app, name="churn")
app.add_typer(keeper_app)
app.add_typer(street_app)
app.add_typer(worth_app)


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
    """What stands before any command; the help itself is the app's own."""


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
    target: Annotated[
        Path, typer.Argument(help="import.yaml、映射 YAML、CSV/XLSX/JSONL 或文件夹 / what to read")
    ],
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
def approve(
    ref: Ref,
    who: As = "",
    confirm: Annotated[str, typer.Option(help="高风险: 卡片末尾的确认码 / the code on the card")] = "",
    json: Json = False,
) -> None:
    """批准 / approve an action."""
    from .deeds import approve as run

    run(ref, who, confirm=confirm, as_json=json)


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
def settle(
    ref: Ref,
    answer: Annotated[
        str,
        typer.Argument(help="sent 已发出 | not_sent 没有发出;空: 看邮箱里查到什么 / empty: what was found"),
    ] = "",
    who: As = "",
    json: Json = False,
) -> None:
    """结果不明的动作,查实后说明 / say what became of an unknown outcome."""
    from .deeds import settle as run

    run(ref, answer, who, as_json=json)


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
    from .serving import serve as run

    run(host, port)


@app.command()
def worker() -> None:
    """只答话的进程,可同时运行多个 / a process that only answers conversations; any number may run."""
    from .serving import worker as run

    run()


@app.command()
def sender() -> None:
    """发信进程: 只有它读 SMTP_URL,可同时运行多个 / the process that sends; any number may run."""
    from .health import sender as run

    run()
