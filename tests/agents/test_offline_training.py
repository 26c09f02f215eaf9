"""The trained scorer: up to date with its phrases, enough of them, the same every time, light to load."""

from __future__ import annotations

import subprocess
import sys

from agents.offline.classifier import WEIGHTS, classifier
from agents.offline.reading import SKILLS
from agents.offline.train import examples, expand, phrases, phrases_hash, train


def test_weights_belong_to_the_phrases() -> None:
    assert classifier().phrases_hash == phrases_hash(), "run: python -m agents.offline.train"


def test_training_again_gives_the_same_answers() -> None:
    made = train(examples())
    stored = classifier()
    assert made.intents == stored.intents
    texts = ["帮我给{contact}写封信", "谁提过预算", "my deals", "why", "什么天气"]
    for text in texts:
        again, before = dict(made.predict(text)), dict(stored.predict(text))
        assert all(abs(again[intent] - before[intent]) < 0.02 for intent in stored.intents)


def test_at_least_sixty_phrases_a_skill_and_language() -> None:
    for intent, by_language in phrases().items():
        for language, lines in by_language.items():
            distinct = {way for ways in lines for way in ways}
            least = 60 if intent in (*SKILLS, "out_of_scope") else 20
            assert len(distinct) >= least, (intent, language, len(distinct))


def test_alternatives_are_expanded() -> None:
    assert expand("(a|b) c (d|)") == ["a c d", "a c", "b c d", "b c"]


def test_probabilities_add_up_and_strangers_are_out_of_scope() -> None:
    ranked = classifier().predict("明天会不会下雪")
    assert abs(sum(chance for _, chance in ranked) - 1) < 1e-9
    assert ranked[0][0] == "out_of_scope"


def test_artefact_is_small() -> None:
    assert WEIGHTS.stat().st_size < 1_000_000


def test_understanding_loads_nothing_heavy() -> None:
    script = (
        "import sys, datetime\n"
        "from agents.offline.understand import understand\n"
        "from knowledge.names import NameIndex\n"
        "understand('show my deals', NameIndex([]), {}, datetime.datetime.now(datetime.UTC))\n"
        "heavy = {'numpy', 'yaml', 'pypinyin', 'dateparser', 'cn2an', 'langchain_core', 'sqlmodel'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
