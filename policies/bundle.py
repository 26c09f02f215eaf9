"""A whole rule book as text: schema, rules and cases in one value that can be checked, versioned, shown and loaded."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cases import CAST, SUFFIX, Case, check, load_cases, run_cases
from .engine import POLICY_FOLDER, Judge
from .rulebook import PolicyError

SCHEMA = "schema.cedarschema"
MOST_FILES, MOST_CHARS = 200, 2_000_000
"""More than this is no rule book that anybody can review."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


@dataclass(frozen=True)
class Bundle:
    """`schema` is the text of the Cedar schema; `files` the texts under `rules/` by file name (rules, cases, cast)."""

    schema: str
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path | None = None) -> Bundle:
        """The rule book of a folder (default: the one that ships). Raises PolicyError naming what cannot be read."""
        folder = folder or POLICY_FOLDER
        try:
            found = sorted(path for path in (folder / "rules").iterdir() if belongs(path.name))
            texts = {path.name: path.read_text("utf-8") for path in found}
            return cls((folder / SCHEMA).read_text("utf-8"), texts)
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyError(f"{folder}: 读不出规则 / no readable rules: {error}") from error

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Bundle:
        """The rule book of `as_content`. Raises PolicyError with a sentence when it is none."""
        schema, files = content.get("schema"), content.get("files")
        if (
            not isinstance(schema, str)
            or not isinstance(files, Mapping)
            or set(content) - {"schema", "files"}
        ):
            raise PolicyError("规则包须有 schema 与 files / a rule book has `schema` and `files`")
        odd = [
            str(name) for name, text in files.items() if not belongs(str(name)) or not isinstance(text, str)
        ]
        if odd:
            raise PolicyError(
                f"规则包里有不认识的文件 / files that do not belong there: {', '.join(sorted(odd))}"
            )
        if len(files) > MOST_FILES or len(schema) + sum(map(len, files.values())) > MOST_CHARS:
            raise PolicyError("规则包太大,没人能审 / the rule book is larger than anybody can review")
        return cls(schema, dict(sorted(files.items())))

    def as_content(self) -> dict[str, Any]:
        """Plain JSON: what is published, hashed and versioned."""
        return {"schema": self.schema, "files": dict(sorted(self.files.items()))}

    @contextmanager
    def laid_out(self) -> Iterator[Path]:
        """The rule book as a folder of its own, gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="chengdan-rules-") as name:
            folder = Path(name)
            (folder / "rules").mkdir()
            (folder / SCHEMA).write_text(self.schema, "utf-8")
            for file, text in self.files.items():
                (folder / "rules" / file).write_text(text, "utf-8")
            yield folder

    def faults(self) -> tuple[str, ...]:
        """Everything that is wrong with it: what does not parse, lacks a case, or a case that comes out otherwise."""
        with self.laid_out() as folder:
            found = check(folder)
            if not found:
                report = run_cases(folder)
                found = [str(failure) for failure in report.failures]
                found += [f"规则 {rule} 没有用例 / rule {rule} has no case" for rule in report.untried]
            return tuple(line.replace(f"{folder}/", "") for line in found)

    def judge(self) -> Judge:
        """The judge of these rules. Raises PolicyError when they cannot be used."""
        with self.laid_out() as folder:
            return Judge.load(folder)

    def cases(self) -> list[Case]:
        """The cases beside the rules."""
        with self.laid_out() as folder:
            return load_cases(folder)

    def difference(self, before: Bundle) -> str:
        """A unified diff from `before` to this one, file by file; "" when they say the same."""
        old = {SCHEMA: before.schema, **before.files}
        new = {SCHEMA: self.schema, **self.files}
        lines: list[str] = []
        for name in sorted(set(old) | set(new)):
            sides = old.get(name, "").splitlines(), new.get(name, "").splitlines()
            lines += difflib.unified_diff(*sides, name, name, lineterm="", n=1)
        return "\n".join(lines)


def same_schema(one: str, other: str) -> bool:
    """Whether two schemas say the same, whatever their comments and layout."""
    return _bare(one) == _bare(other)


def _bare(schema: str) -> list[str]:
    return " ".join(line.split("//")[0] for line in schema.splitlines()).split()


def belongs(name: str) -> bool:
    """Whether a file of this name is part of a rule book: `x.cedar`, `x.cases.yaml`, `cast.yaml`, and no path."""
    if name == CAST:
        return True
    stem = next((name.removesuffix(end) for end in (".cedar", SUFFIX) if name.endswith(end)), "")
    return bool(_NAME.fullmatch(stem))
