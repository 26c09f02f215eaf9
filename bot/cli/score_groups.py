"""The grouped commands of scores: `eval score|churn|price`, `model`, the company's own models, and `score`, what was scored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .groups import eval_app
from .options import As, Json

model_app = typer.Typer(help="自有模型: 训练、查看、回退 / the company's own models", no_args_is_help=True)

score_app = typer.Typer(help="评分: 历史、规则、特征 / what was scored, by which rules", no_args_is_help=True)


@eval_app.command("score")
def eval_score(
    train: Annotated[Path, typer.Option(help="CSV,可 gzip / the table to learn from")],
    test: Annotated[Path, typer.Option(help="CSV,可 gzip / the table to be judged on")],
    label: Annotated[str, typer.Option(help="标签列 / the label's column")],
    positive: Annotated[str, typer.Option(help="哪个值算“是” / the label value that is true")] = "",
    drop: Annotated[str, typer.Option(help="不用的列,逗号分隔 / columns to leave out, comma between")] = "",
    group: Annotated[str, typer.Option(help="同组不跨两边 / no group on both sides")] = "",
    time: Annotated[str, typer.Option(help="时间列:只用测试之前的行 / learn only from before the test")] = "",
    monotone: Annotated[str, typer.Option(help="单调:COL=up,COL2=down / one way only")] = "",
    json: Json = False,
) -> None:
    """打分评测: 同一引擎用于任意表 / the scoring engine on any table."""
    from .scoring import score as run

    run(train, test, label, positive, drop, group, time, monotone, as_json=json)


Kind = Annotated[str, typer.Argument(help="win 成交概率 | lead 线索;空为全部 / empty: all")]


@model_app.command("fit")
def model_fit(
    kind: Annotated[str, typer.Argument(help="win 成交概率 | lead 线索")], who: As = "", json: Json = False
) -> None:
    """用公司自己的历史训练;不比在用的差才启用 / fit, compare, and use only when not worse."""
    from .modelling import fit as run

    run(kind, who, as_json=json)


@model_app.command("show")
def model_show(kind: Kind = "", json: Json = False) -> None:
    """在用的模型 / the models in use."""
    from .modelling import show as run

    run(kind, as_json=json)


@model_app.command("list")
def model_list(kind: Kind = "", json: Json = False) -> None:
    """所有版本 / every version."""
    from .modelling import versions as run

    run(kind, as_json=json)


@model_app.command("rollback")
def model_rollback(
    version: Annotated[str, typer.Argument(help="版本开头 / beginning of a version")],
    who: As = "",
    json: Json = False,
) -> None:
    """换回以前的版本 / an earlier version again."""
    from .modelling import rollback as run

    run(version, who, as_json=json)


@eval_app.command("churn")
def eval_churn(
    data: Annotated[Path, typer.Option(help="CSV,可 gzip,一行一次购买 / one purchase a line")],
    customer: Annotated[str, typer.Option(help="客户列 / the customer's column")] = "customer_id",
    date: Annotated[str, typer.Option(help="日期列 / the date's column")] = "date",
    value: Annotated[str, typer.Option(help="金额列 / the money's column")] = "value",
    cut: Annotated[str, typer.Option(help="哪天判断,缺省为中点 / the day to judge at, YYYY-MM-DD")] = "",
    json: Json = False,
) -> None:
    """流失评测: 到某天为止的购买,能不能看出谁之后不再买 / who buys nothing afterwards."""
    from .scoring import churn as run

    run(data, customer, date, value, cut, as_json=json)


@eval_app.command("price")
def eval_price(
    data: Annotated[Path, typer.Option(help="JSONL,可 gzip: 成交或价格历史 / deals, or price histories")],
    json: Json = False,
) -> None:
    """价格区间评测 / price ranges on deals or price histories."""
    from .scoring import price as run

    run(data, as_json=json)


@score_app.command("history")
def score_history(
    subject: Annotated[str, typer.Argument(help="线索或商机编号 / a lead's or a deal's id")],
    who: As = "",
    json: Json = False,
) -> None:
    """存下的每次评分和原因 / every stored score, with what it was given for."""
    from .score_books import history as run

    run(subject, who, as_json=json)


@score_app.command("rules")
def score_rules(json: Json = False) -> None:
    """在用的分级、半衰期和各版本 / cut-offs and half-lives in force, and every version."""
    from .score_books import rules as run

    run(as_json=json)


@score_app.command("set")
def score_set(
    settings: Annotated[
        list[str], typer.Argument(help="如 lead.grades.A=80 / such as lead.half_life_days=21")
    ],
    who: As = "",
    json: Json = False,
) -> None:
    """改分级、半衰期或分值,成为新版本 / change cut-offs, half-lives or points: a new version."""
    from .score_books import change as run

    run(settings, who, as_json=json)


@score_app.command("rollback")
def score_rollback(
    version: Annotated[str, typer.Argument(help="版本开头 / beginning of a version")],
    who: As = "",
    json: Json = False,
) -> None:
    """换回以前的规则 / earlier rules again."""
    from .score_books import rollback as run

    run(version, who, as_json=json)


@score_app.command("features")
def score_features(who: As = "", json: Json = False) -> None:
    """特征表和覆盖率 / the registry, and how much of it is known."""
    from .score_books import features as run

    run(who, as_json=json)


@score_app.command("refresh")
def score_refresh(json: Json = False) -> None:
    """立即重算有变动的 / score anew what was touched, now."""
    from .score_books import refresh as run

    run(as_json=json)
