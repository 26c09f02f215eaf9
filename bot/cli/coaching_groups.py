"""Commands of trackers and scorecards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .call_groups import Call, call_app
from .options import As, Json

tracker_app = typer.Typer(
    help="追踪词: 现状、试跑、提议 / trackers: in force, tried, proposed", no_args_is_help=True
)
scorecard_app = typer.Typer(
    help="评分卡: 现状、提议、版本 / scorecards: in force, proposed, versions", no_args_is_help=True
)

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="名称,小写英文;default 为自带的 / lower case; default: what ships"),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="YAML 文件 / a YAML file")]
Version = Annotated[
    str, typer.Argument(metavar="VERSION", help="版本号开头,或 none / its beginning, or none")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="原因 / why")]
Since = Annotated[str, typer.Option("--since", help="从哪天起 / from this day on")]
Until = Annotated[str, typer.Option("--until", help="到哪天为止 / up to this day")]


def _by_two_people(app: typer.Typer, kind: str, proposes: str) -> None:
    """The commands of a kind that one person proposes and another agrees to. `proposes` is the help of the first."""

    @app.command("propose", help=proposes)
    def propose(name: Name, file: File, reason: Reason = "", who: As = "", json: Json = False) -> None:
        from .coaching import propose as run

        run(kind, name, file, reason, who, as_json=json)

    @app.command("rollback")
    def rollback(name: Name, version: Version, reason: Reason = "", who: As = "", json: Json = False) -> None:
        """提议回到某个版本;none 为停用 / propose an earlier version; none takes it out of force."""
        from .coaching import roll_back as run

        run(kind, name, version, reason, who, as_json=json)

    @app.command("versions")
    def versions(who: As = "", json: Json = False) -> None:
        """所有版本 / every version."""
        from .coaching import versions as run

        run(kind, who, as_json=json)


@tracker_app.command("list")
def tracker_list(who: As = "", json: Json = False) -> None:
    """生效的追踪词和近 30 天的命中 / those in force and their hits of 30 days."""
    from .coaching import tracker_list as run

    run(who, as_json=json)


@tracker_app.command("hits")
def tracker_hits(
    tracker: Annotated[str, typer.Argument(metavar="TRACKER", help="编号或名称 / id or name")],
    who: As = "",
    since: Since = "",
    until: Until = "",
    json: Json = False,
) -> None:
    """每次命中: 通话、谁、第几秒、原话 / each hit: call, who, second, words."""
    from .coaching import tracker_hits as run

    run(tracker, who, since, until, as_json=json)


@tracker_app.command("try")
def tracker_try(
    words: Annotated[
        list[str], typer.Argument(help="词、带…的短语、/表达式/ / words, phrases with …, /patterns/")
    ],
    name: Annotated[str, typer.Option("--name", help="名称 / its name")] = "",
    side: Annotated[str, typer.Option("--side", help="any | rep | customer")] = "any",
    who: As = "",
    since: Since = "",
) -> None:
    """发布前看看会命中哪些通话 / what it would hit on past calls, before it is published."""
    from .coaching import tracker_try as run

    run(name, words, side, who, since)


_by_two_people(
    tracker_app,
    "trackers",
    "提议一个追踪词,经理批准后生效 / propose a tracker; in force once the manager agrees.",
)


@scorecard_app.command("show")
def scorecard_show(who: As = "", json: Json = False) -> None:
    """生效的评分卡 / the cards in force."""
    from .coaching import scorecard_show as run

    run(who, as_json=json)


_by_two_people(
    scorecard_app,
    "scorecard",
    "提议一张评分卡,另一人批准后生效 / propose a card; in force once a second person agrees.",
)


@call_app.command("note")
def call_note(
    call: Call,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="空: 看自己的备注 / empty: one's own notes")
    ] = "",
    who: As = "",
) -> None:
    """给自己记的备注,别人看不到 / a note for oneself; nobody else sees it."""
    from .coaching import note as run

    run(call, text, who)


@call_app.command("own-mood")
def call_own_mood(
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help="on | off;空: 现状 / empty: how it stands")
    ] = "",
    who: As = "",
) -> None:
    """同意或不同意分析自己的语气(默认关,只给本人看) / one's yes or no to one's own mood being looked at."""
    from .coaching import own_mood as run

    run(answer, who)


def coaching_apps() -> dict[str, typer.Typer]:
    """The groups of this file by name; its commands of calls are on their group already."""
    return {"tracker": tracker_app, "scorecard": scorecard_app}
