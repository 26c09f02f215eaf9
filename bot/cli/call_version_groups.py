"""Commands of transcripts as data: correct one, see its versions, go back to one, say how long a recording is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from .call_groups import Call, call_app
from .options import As, Json

Base = Annotated[
    int,
    typer.Option(
        "--base", min=0, help="你看的是第几版;之后别人改过同一句就不写入 / the version you looked at"
    ),
]


@call_app.command("edit")
def edit(
    call: Call,
    name: Annotated[
        str, typer.Option("--name", metavar="OLD=NEW", help="名字听错了,全文改 / a name, everywhere")
    ] = "",
    line: Annotated[int, typer.Option("--line", min=0, help="第几句 / which utterance")] = 0,
    text: Annotated[str, typer.Option("--text", help="这一句应为 / what it says")] = "",
    speaker: Annotated[
        str,
        typer.Option(
            "--speaker", metavar="WHO|LABEL=WHO", help="这一句是谁说的;或“说话人1=王磊” / who said it"
        ),
    ] = "",
    base: Base = 0,
    who: As = "",
    json: Json = False,
) -> None:
    """改文字稿: 名字、一句话、说话人;成为新版,旧版保留 / correct the transcript; a new version, the old ones stay."""
    from .call_versions import edit as run

    run(call, who, name=name, line=line, text=text, speaker=speaker, base=base, as_json=json)


@call_app.command("history")
def history(
    call: Call,
    show: Annotated[int, typer.Option("--show", min=0, help="显示第几版的全文 / a version in full")] = 0,
    who: As = "",
    json: Json = False,
) -> None:
    """文字稿的各版: 谁、何时、改了什么,哪些纪要已过期 / the versions, and what that rests on them is stale."""
    from .call_versions import history as run

    run(call, who, show=show, as_json=json)


@call_app.command("restore")
def restore(
    call: Call,
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="恢复第几版 / which version")],
    base: Base = 0,
    who: As = "",
    json: Json = False,
) -> None:
    """恢复旧版的文字,记为新版 / the words of an older version again, as a new one."""
    from .call_versions import restore as run

    run(call, number, who, base=base, as_json=json)


@call_app.command("accept")
def accept(
    call: Call,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[N]…", help="第几条,空: 全部 / which; empty: all")
    ] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="这些不要 / these are not wanted")] = False,
    give: Annotated[
        list[str] | None, typer.Option("--give", metavar="N=WHO", help="任务给谁 / whose a task is")
    ] = None,
    who: As = "",
    json: Json = False,
) -> None:
    """接受纪要里的建议: 更新商机、任务、会议、跟进邮件,每条单独过规则 / accept what a call suggests, each by itself."""
    from .call_judgements import accept as run

    run(call, numbers or [], who, refuse=refuse, give=give or [], as_json=json)


@call_app.command("keep")
def keep(
    call: Call,
    sound_days: Annotated[
        int | None, typer.Option("--sound-days", min=0, help="录音保留几天,0 一直 / days of the sound")
    ] = None,
    words_days: Annotated[
        int | None, typer.Option("--words-days", min=0, help="文字保留几天,0 一直 / days of the words")
    ] = None,
    who: As = "",
    json: Json = False,
) -> None:
    """这段录音和文字保留多久,到期自动删除 / how long this recording and its words are kept."""
    from .call_versions import keep as run

    run(call, who, sound_days=sound_days, words_days=words_days, as_json=json)
