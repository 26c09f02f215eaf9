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
