"""Commands of calls: bring one in, say who agreed, write it down, measure it, draw it, hand it out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import As, Json

call_app = typer.Typer(
    help="通话: 文字稿、录音、指标 / calls: transcripts, recordings, metrics", no_args_is_help=True
)

Call = Annotated[str, typer.Argument(metavar="CALL", help="通话编号 / the call's id")]


@call_app.command("add")
def add(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="录音、视频或文字稿 / recording, video or transcript")
    ],
    deal: Annotated[str, typer.Option("--deal", metavar="D", help="商机编号或名称 / the deal's id or name")],
    who: As = "",
    consent: Annotated[
        str,
        typer.Option(
            "--consent", metavar="HOW", help="谁同意录音、怎么同意的 / who agreed to be recorded, and how"
        ),
    ] = "",
    at: Annotated[str, typer.Option(help="通话时间,如 2026-08-05 14:30 / when it was")] = "",
    language: Annotated[
        str, typer.Option(help="整通用一种语言: zh、en… / one language for the whole call")
    ] = "zh",
    rep_channel: Annotated[
        int,
        typer.Option(min=0, max=2, help="双声道录音里销售是第几声道,0 不知道 / the rep's channel, 0 unknown"),
    ] = 0,
    rep: Annotated[list[str] | None, typer.Option("--rep", help="我方的人,可多次 / one of ours")] = None,
    customer: Annotated[
        list[str] | None, typer.Option("--customer", help="客户的人,可多次 / one of theirs")
    ] = None,
    speaker: Annotated[
        list[str] | None,
        typer.Option("--speaker", help="“说话人 1=李娜”,可多次 / who a label of the source is"),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="只存,先不转写 / keep it, write it down later")
    ] = False,
    json: Json = False,
) -> None:
    """把通话的录音或文字稿放到商机上 / put a call's recording or transcript on a deal."""
    from .calls import add as run

    run(
        file, deal, who, consent=consent, at=at, language=language, rep_channel=rep_channel, reps=rep or [],
        customers=customer or [], speakers=speaker or [], wait=wait, as_json=json,
    )  # fmt: skip


@call_app.command("list")
def list_calls(
    who: As = "",
    deal: Annotated[str, typer.Option("--deal", metavar="D", help="只看这个商机 / of one deal")] = "",
    json: Json = False,
) -> None:
    """通话和它们的状态 / calls and how they stand."""
    from .calls import listed as run

    run(who, deal, as_json=json)


@call_app.command("consent")
def consent(
    call: Call,
    state: Annotated[str, typer.Argument(metavar="STATE", help="asked | given | refused | withdrawn")],
    how: Annotated[str, typer.Option("--how", help="谁、怎么同意的 / who agreed and how")] = "",
    rep_channel: Annotated[
        int, typer.Option(min=0, max=2, help="双声道录音里销售是第几声道 / the rep's channel, 0: as before")
    ] = 0,
    who: As = "",
    json: Json = False,
) -> None:
    """记下录音同意;不同意或撤回会删除录音和文字 / note the consent; a no removes the sound and the words."""
    from .calls import consent as run

    run(call, state, how, who, rep_channel=rep_channel, as_json=json)


@call_app.command("transcribe")
def transcribe(
    call: Annotated[
        str, typer.Argument(metavar="CALL", help="空: 所有可以转写的 / empty: all that may be")
    ] = "",
    who: As = "",
    json: Json = False,
) -> None:
    """转写等着的录音;中断后从断点继续 / write waiting recordings down; goes on where it broke off."""
    from .calls import transcribe as run

    run(call, who, as_json=json)


@call_app.command("metrics")
def metrics(
    call: Call,
    who: As = "",
    kind: Annotated[str, typer.Option("--type", help="discovery | demo | negotiation")] = "",
    json: Json = False,
) -> None:
    """通话指标: 数值、n,或者为什么没有 / the metrics with n, or why there is none."""
    from .call_views import metrics as run

    run(call, who, kind, as_json=json)


@call_app.command("timeline")
def timeline(
    call: Call,
    out: Annotated[Path, typer.Option("--out", "-o", help=".png 或 .svg")],
    who: As = "",
) -> None:
    """谁在什么时候说话,画成图 / a picture of who spoke when."""
    from .call_views import timeline as run

    run(call, out, who)


@call_app.command("export")
def export(
    call: Call,
    format: Annotated[str, typer.Option(help="vtt | srt | txt | json | feishu | dingtalk | tencent")] = "txt",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="写到文件 / to a file")] = None,
    who: As = "",
) -> None:
    """导出文字稿 / hand the transcript out."""
    from .call_views import export as run

    run(call, format, out, who)


@call_app.command("summary")
def summary(
    call: Call,
    renew: Annotated[
        bool, typer.Option("--renew", help="文字稿改过之后重新生成 / anew after a correction")
    ] = False,
    who: As = "",
    json: Json = False,
) -> None:
    """纪要: 决定、待办、客户情况,每条都有原话和时间 / the minutes, each item with its words and second."""
    from .call_judgements import summary as run

    run(call, who, renew=renew, as_json=json)


@call_app.command("review")
def review(call: Call, who: As = "", json: Json = False) -> None:
    """按评分卡复盘,每条有依据 / the review by the scorecard, with evidence."""
    from .call_judgements import review as run

    run(call, who, as_json=json)


@call_app.command("mark")
def mark(
    call: Call,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="评分卡上的题号 / id on the scorecard")],
    value: Annotated[
        str,
        typer.Argument(metavar="VALUE", help="0 到 1、是/否、选项或 NA / 0 to 1, yes/no, an option, or NA"),
    ],
    note: Annotated[str, typer.Option("--note", help="为什么 / why")] = "",
    who: As = "",
    json: Json = False,
) -> None:
    """人工评分,自动评分保留 / one's own mark; the automatic one stays."""
    from .call_judgements import mark as run

    run(call, question, value, note, who, as_json=json)
