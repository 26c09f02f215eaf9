"""Writes the demo company's files, the same bytes every time: `python examples/demo/generate.py [--out FOLDER]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from generator.arcs import invented_cases
from generator.book import write_playbook
from generator.events import write_events
from generator.leads import write_leads
from generator.papers import write_papers
from generator.tables import write_cast, write_deals
from generator.told import told_cases
from generator.world import load

HOME = Path(__file__).resolve().parent


def generate(out: Path) -> None:
    """Write all generated files into `out` (the demo folder itself unless said otherwise)."""
    world = load(HOME)
    told = told_cases(world)
    cases = sorted([*told, *invented_cases(world, told)], key=lambda case: case.id)
    out.mkdir(parents=True, exist_ok=True)
    write_cast(out, world)
    write_deals(out, world, cases)
    write_leads(out, world)
    write_events(out)
    write_papers(out, world, cases)
    write_playbook(out, world.phrases)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HOME)
    generate(parser.parse_args().out)
