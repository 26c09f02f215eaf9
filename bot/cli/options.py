"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

As = Annotated[
    str, typer.Option("--as", metavar="WHO", help="编号、邮箱或唯一的姓名 / id, e-mail or unique name")
]
Json = Annotated[bool, typer.Option("--json", help="给程序读的 JSON / JSON for programs")]
Demo = Annotated[
    bool,
    typer.Option("--demo", help="库是空的就先装入演示公司 / load the demo company into an empty database"),
]
Ref = Annotated[str, typer.Argument(metavar="ACTION", help="动作编号或四位码 / action id or short code")]
