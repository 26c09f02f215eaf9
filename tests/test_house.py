"""The house rules, kept by tests: floors, budgets, annotations, and documents that cannot lie."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sender_settings import SenderSettings
from bot.settings import Settings, example

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("bot", "agents", "actions", "policies", "knowledge", "speech")
FILES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
MAX_FILE, MAX_FUNCTION = 250, 40

ONE_FILE = {
    "langchain": {"agents/assistant.py", "agents/models.py"},
    "langchain_core": {
        "agents/offline/model.py",
        "agents/drill/puppet.py",
    },  # our own models are LangChain models
    "cedarpy": {"policies/engine.py"},
    "chromadb": {"knowledge/vectors.py"},
    "tantivy": {"knowledge/lexicon.py"},
    "dbos": {"bot/durable.py"},
    "av": {"speech/decoding.py"},
    "matplotlib": {"speech/canvas.py"},
    "faster_whisper": {"speech/transcriber.py"},
    "imapclient": {"knowledge/feeds/imap.py"},
    "hubspot": {"knowledge/feeds/hubspot.py"},
    "simple_salesforce": {"knowledge/feeds/salesforce.py"},
}


def _tool(*command: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]


@pytest.mark.house
def test_format_holds() -> None:
    _tool("ruff", "format", "--check", ".")


@pytest.mark.house
def test_lint_holds() -> None:
    _tool("ruff", "check", ".")


@pytest.mark.house
@pytest.mark.timeout(600)
def test_types_hold() -> None:
    _tool("mypy")


@pytest.mark.house
def test_floors_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([str(linter)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:]


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_budgets_and_first_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "the first line says what the module is for"
    assert text.count("\n") <= MAX_FILE, f"{text.count(chr(10))} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= MAX_FUNCTION, f"{node.name} has {length} lines"


def test_one_foreign_library_one_file() -> None:
    for path in FILES:
        name = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            for module in modules:
                top = module.split(".")[0]
                allowed = ONE_FILE.get(top)
                if top.startswith("langchain"):
                    allowed = ONE_FILE["langchain"] | ONE_FILE["langchain_core"]
                if allowed is not None:
                    assert name in allowed, f"{name} imports {module}"


def test_env_example_is_the_settings() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example(SenderSettings)


def test_no_registry_host_is_named() -> None:
    hosts = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.|deb\.debian\.org", re.IGNORECASE)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split():
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".lock", ".yaml", ".yml", ".txt", ""}
            and path.is_file()
            and path != Path(__file__)
        ):
            assert not hosts.search(path.read_text(encoding="utf-8", errors="ignore")), name


def test_readme_names_the_two_commands_and_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    settings = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in (*Settings.model_fields, *SenderSettings.model_fields):
        assert f"`{name.upper()}`" in settings, name


def test_every_command_is_in_the_handbook() -> None:
    from typer.main import get_command

    from bot.cli.app import app

    handbook = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    group = get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert f"chengdan {name}" in handbook, name
        for sub in getattr(command, "commands", {}):
            assert f"chengdan {name} {sub}" in handbook, f"{name} {sub}"


def test_every_test_that_the_proofs_name_exists() -> None:
    text = (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for name in sorted(set(re.findall(r"`(test_[a-z0-9_]+)`", text))):
        assert f"def {name}(" in sources, name
    for name in sorted(set(re.findall(r"`(tests/[a-z_/]+\.py)`", text))):
        assert (ROOT / name).exists(), name
