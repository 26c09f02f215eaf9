"""The demo company's playbook: the default one with what its trade adds."""

from __future__ import annotations

from pathlib import Path

import yaml

from .nouns import Phrases

DEFAULT = Path(__file__).resolve().parents[3] / "knowledge" / "blueprints" / "defaults" / "playbook.yaml"


def write_playbook(home: Path, phrases: Phrases) -> None:
    """Write playbook.yaml: the default's classes, with the additions of phrases/playbook.yaml behind."""
    book = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    for objection in book["objections"]:
        for field, more in phrases["playbook"].get(objection["id"], {}).items():
            objection[field] = [*objection[field], *more]
    text = yaml.safe_dump(book, allow_unicode=True, sort_keys=False, width=110)
    head = (
        "# The demo company's playbook, written by generate.py from the default and phrases/playbook.yaml.\n"
    )
    (home / "playbook.yaml").write_text(head + text, encoding="utf-8", newline="\n")
