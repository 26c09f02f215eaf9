"""The grouped commands of the customer journey: `eval journey`, `stage`, `churn`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .groups import eval_app
from .options import As, Json

stage_app = typer.Typer(
    help="客户旅程: 阶段健康度、干预、试运行 / stages of the customer journey", no_args_is_help=True
)
churn_app = typer.Typer(help="流失预警: 名单、历史回放 / customers about to leave", no_args_is_help=True)

Since = Annotated[str, typer.Option(help="多久以来,如 90d / how far back")]


@eval_app.command("journey")
def eval_journey(
    data: Annotated[
        Path, typer.Option(help="路径 CSV,或含线索与成交的文件夹 / paths, or leads with closed deals")
    ],
    json: Json = False,
) -> None:
    """旅程评测: 路径的转化与归因,或线索的成交 / conversion and attribution of paths, or closing of leads."""
    from .scoring import journey as run

    run(data, as_json=json)


@stage_app.command("health")
def stage_health(who: As = "", json: Json = False) -> None:
    """各阶段的转化、停留、跳出和健康度 / conversion, stay, bounce and health of each stage."""
    from .stages import health as run

    run(who, as_json=json)


@stage_app.command("simulate")
def stage_simulate(
    since: Since = "90d",
    file: Annotated[
        Path | None, typer.Option(help="未发布的干预表 / interventions not yet published")
    ] = None,
    who: As = "",
    json: Json = False,
) -> None:
    """在历史上试运行干预: 会请求什么、为什么不会 / what the interventions would have asked for."""
    from .stages import simulate as run

    run(since, file, who, as_json=json)


@stage_app.command("run")
def stage_run(who: As = "", json: Json = False) -> None:
    """现在就看一遍: 阶段变动、到期的干预、流失预警 / look now instead of waiting for the clock."""
    from .stages import look as run

    run(who, as_json=json)


Book = Annotated[
    str, typer.Argument(metavar="BOOK", help="journey 阶段 | interventions 干预 | churn 流失预警")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="原因 / why")]


@stage_app.command("show")
def stage_show(book: Book = "journey", json: Json = False) -> None:
    """在用的内容和各版本 / what is in force, and every version."""
    from .stage_books import show as run

    run(book, as_json=json)


@stage_app.command("publish")
def stage_publish(
    book: Book,
    file: Annotated[Path, typer.Argument(help="YAML 文件 / a YAML file")],
    who: As = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """发布一个文件: 经理提议,总监批准,卡片上附历史试运行 / publish a file; a director agrees."""
    from .stage_books import publish as run

    run(book, file, who, reason, as_json=json)


@stage_app.command("set")
def stage_set(
    book: Book,
    settings: Annotated[
        list[str], typer.Argument(help="如 stages.考虑.within_days=20 rows.story_video.on=false")
    ],
    who: As = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """改几个值,成为新版本;只停用干预的一人即可 / change values; switching off takes one person."""
    from .stage_books import change as run

    run(book, settings, who, reason, as_json=json)


@stage_app.command("rollback")
def stage_rollback(
    book: Book,
    version: Annotated[
        str, typer.Argument(help="版本开头,shipped 为出厂 / beginning of a version, or shipped")
    ],
    who: As = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """换回以前的版本 / an earlier version again."""
    from .stage_books import rollback as run

    run(book, version, who, reason, as_json=json)


@churn_app.command("list")
def churn_list(who: As = "", json: Json = False) -> None:
    """有流失信号的客户,信号的依据和挽回任务 / customers with a signal, its rows and its task."""
    from .churning import listed as run

    run(who, as_json=json)


@churn_app.command("replay")
def churn_replay(since: Since = "365d", who: As = "", json: Json = False) -> None:
    """历史回放: 提前量、准确率、挽回率与对照组 / lead time, precision, save rate against the hold-out."""
    from .churning import replayed as run

    run(since, who, as_json=json)
