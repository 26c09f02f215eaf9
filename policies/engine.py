"""The judge: Cedar asked on a ladder of approvals. The only file that knows cedarpy.

A forbid that errs is skipped by Cedar and would let the action through, so every request is checked against the
schema and any error, or no decision at all, is a DENY with rule id `engine-error`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cedarpy

from . import verdicts
from .decision import Decision, Obligation, Verdict
from .entities import (
    ACTIONS,
    KINDS,
    OBLIGATIONS,
    Json,
    approvals_context,
    context_of,
    person_uid,
    principal_entity,
    resource_entity,
    resource_uid,
)
from .facts import ActionFacts, ApprovalFacts, Principal, Resource
from .ladder import Rung, climb
from .rulebook import PolicyError, Rule, RuleText, Topic, lint_rules, read_rule, rule_files, version_of

POLICY_FOLDER = Path(__file__).parent
NO_FACTS = ActionFacts()
READ = "read"
OBLIGED_KINDS = frozenset({"deal", "account", "contact"})
"""Kinds of resources whose actions can oblige to something."""


class Judge:
    """Decides what may be done. Holds the parsed rules; build it with `Judge.load` and keep it."""

    def __init__(
        self,
        schema: tuple[cedarpy.Schema, str],
        policies: cedarpy.PolicySet,
        rules: dict[str, Rule],
        trees: Sequence[Json],
    ):
        self._schema, self._schema_text = schema
        self._policies = policies
        self._rules = rules
        self._trees = {json.dumps(tree, ensure_ascii=False, sort_keys=True): tree for tree in trees}
        self.policy_version = version_of(self._schema_text, self._trees)

    @classmethod
    def load(cls, folder: Path | None = None) -> Judge:
        """Read `schema.cedarschema` and `rules/*.cedar` of a folder (default: this package).

        Raises PolicyError, naming file and rule, when anything does not parse, validate or carry its annotations.
        """
        folder = folder or POLICY_FOLDER
        schema, topics = _schema(folder), _topics(folder)
        texts = [rule for topic in topics for rule in topic.rules]
        faults = _type_faults(topics, schema[0]) or lint_rules(texts)
        if faults:
            raise PolicyError("\n".join(faults))
        rules = {rule.id: rule for rule in map(read_rule, texts)}
        policies = cedarpy.PolicySet.from_str("\n".join(topic.text for topic in topics))
        return cls(schema, policies, rules, [tree for topic in topics for tree in topic.trees])

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, by id."""
        return tuple(self._rules[key] for key in sorted(self._rules))

    def decide(self, principal: Principal, action: str, resource: Resource, facts: ActionFacts) -> Decision:
        """One of the five outcomes for an action on these facts, with the approvals given so far."""
        if resource.kind not in KINDS or action not in ACTIONS:
            return verdicts.refused(verdicts.DEFAULT_DENY, self.policy_version)
        context = context_of(facts) if action != READ else {}
        try:
            world = self._world(principal, [resource])
        except ValueError:
            return verdicts.refused(verdicts.ENGINE_ERROR, self.policy_version)

        def ask(votes: Sequence[ApprovalFacts]) -> list[Rung]:
            contexts = [
                {**context, "approvals": approvals_context(vote)} if context else {} for vote in votes
            ]
            return self._rungs(
                world, principal, [action] * len(votes), [(resource, "0")] * len(votes), contexts
            )

        decision = climb(ask, facts.approvals, self.policy_version)
        if not context or decision.verdict not in (Verdict.ALLOW, Verdict.ALLOW_UNDO):
            return decision  # what waits is judged again when it may run
        given = {**context, "approvals": approvals_context(facts.approvals)}
        return replace(decision, obligations=self._obligations(world, principal, action, resource, given))

    def _obligations(
        self, world: cedarpy.Entities, principal: Principal, verb: str, resource: Resource, facts: Json
    ) -> tuple[Obligation, ...]:
        """What must follow: every obligation some rule permits for this verb on these facts."""
        if resource.kind not in OBLIGED_KINDS:
            return ()
        named, contexts = (
            [(resource, "0")] * len(OBLIGATIONS),
            [{"verb": verb, "facts": facts}] * len(OBLIGATIONS),
        )
        rungs = self._rungs(world, principal, OBLIGATIONS, named, contexts)
        return tuple(
            Obligation(name=name, rule=rule.id, reason=rule.reason, reason_en=rule.reason_en)
            for name, rung in zip(OBLIGATIONS, rungs, strict=True)
            for rule in rung.rules
            if rung.allowed
        )

    def changed(self, other: Judge) -> Judge | None:
        """A judge of nothing but the rules in which two differ, without what those say of approvals, so that they apply at
        least as often: a question none of them touches comes out alike under both. None where that cannot be told."""
        names = set(self._trees) ^ set(other._trees)
        trees = [(self._trees | other._trees)[name] for name in sorted(names)]
        if self._schema_text != other._schema_text or any(
            f'"{one}"' in n for n in names for one in OBLIGATIONS
        ):
            return None
        bare = [
            tree | {"conditions": [c for c in tree["conditions"] if '"approvals"' not in json.dumps(c)]}
            for tree in trees
        ]
        static = {f"policy{place}": tree for place, tree in enumerate(bare)}
        text = json.dumps({"templates": {}, "staticPolicies": static, "templateLinks": []})
        policies = cedarpy.PolicySet.from_json_str(text)
        return Judge((self._schema, self._schema_text), policies, self._rules | other._rules, bare)

    def touches(self, principal: Principal, action: str, resource: Resource, facts: ActionFacts) -> bool:
        """Whether any of the rules applies to a question (no reading), or errs on it."""
        if resource.kind not in KINDS or action not in ACTIONS or not self._trees:
            return False
        try:
            world = self._world(principal, [resource])
        except ValueError:
            return True
        context = {**context_of(facts), "approvals": approvals_context(facts.approvals)}
        rung = self._rungs(world, principal, [action], [(resource, "0")], [context])[0]
        return rung.error or bool(rung.rules)

    def may_read(self, principal: Principal, resource: Resource) -> Decision:
        """ALLOW, or DENY with its reasons."""
        return self.decide(principal, READ, resource, NO_FACTS)

    def may_read_many(self, principal: Principal, resources: Sequence[Resource]) -> list[bool]:
        """`may_read(...)` is ALLOW, for each resource in order, in one call of the engine."""
        known = [resource for resource in resources if resource.kind in KINDS]
        # Names are positions, so two rows of the same id cannot collide in one world.
        named = [(resource, str(place)) for place, resource in enumerate(known)]
        try:
            world = self._world(principal, known)
        except ValueError:
            return [self.may_read(principal, resource).verdict is Verdict.ALLOW for resource in resources]
        rungs = iter(self._rungs(world, principal, [READ] * len(known), named, [{}] * len(known)))
        return [resource.kind in KINDS and next(rungs).clean for resource in resources]

    def _world(self, principal: Principal, resources: Sequence[Resource]) -> cedarpy.Entities:
        """The small set of entities a question needs. Raises ValueError on attributes of a wrong type."""
        rows = [resource_entity(resource, str(place)) for place, resource in enumerate(resources)]
        text = json.dumps([principal_entity(principal), *rows])
        return cedarpy.Entities.from_json_str(text, self._schema)

    def _rungs(
        self,
        world: cedarpy.Entities,
        principal: Principal,
        actions: Sequence[str],
        named: Sequence[tuple[Resource, str]],
        contexts: Sequence[Json],
    ) -> list[Rung]:
        """Evaluate action i on resource i under context i."""
        person = person_uid(principal.id)
        requests = [
            {
                "principal": person,
                "action": {"type": "Action", "id": action},
                "resource": resource_uid(resource, name),
                "context": json.dumps(context),
            }
            for action, (resource, name), context in zip(actions, named, contexts, strict=True)
        ]
        try:
            results = cedarpy.is_authorized_batch(requests, self._policies, world, self._schema)
        except (ValueError, TypeError):
            return [Rung(allowed=False, error=True)] * len(requests)
        return [self._rung(result) for result in results]

    def _rung(self, result: cedarpy.AuthzResult) -> Rung:
        notes = result.diagnostics
        ids = notes.id_annotations_by_reason.values()
        error = bool(notes.errors) or result.decision is cedarpy.Decision.NoDecision
        rules = tuple(self._rules[rule_id] for rule_id in sorted(ids))
        return Rung(allowed=result.allowed, rules=rules, error=error)


def _schema(folder: Path) -> tuple[cedarpy.Schema, str]:
    path = folder / "schema.cedarschema"
    if not path.is_file():
        raise PolicyError(f"{path}: 缺少规则模式文件 / schema file missing")
    text = path.read_text("utf-8")
    try:
        return cedarpy.Schema.from_str(text), text
    except ValueError as error:
        raise PolicyError(f"{path}: 模式无法解析 / schema does not parse: {error}") from error


def _topics(folder: Path) -> list[Topic]:
    """Every rule file, read once. Raises PolicyError naming the file that does not parse."""
    return [_topic(path) for path in rule_files(folder)]


def _topic(path: Path) -> Topic:
    try:
        text = path.read_text("utf-8")
        static: dict[str, Json] = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    except ValueError as error:
        raise PolicyError(f"{path}: 规则无法解析 / rules do not parse: {error}") from error
    trees = [static[key] for key in sorted(static, key=lambda name: int(name.removeprefix("policy")))]
    return Topic(file=path.name, text=text, trees=tuple(trees))


def rule_texts(folder: Path) -> list[RuleText]:
    """Every rule of a folder with its annotations. Raises PolicyError naming the file that does not parse."""
    return [rule for topic in _topics(folder) for rule in topic.rules]


def validate(folder: Path) -> list[str]:
    """Cedar's own type check of every rule against the schema, as sentences that name file and rule."""
    return _type_faults(_topics(folder), _schema(folder)[0])


def _type_faults(topics: Sequence[Topic], schema: cedarpy.Schema) -> list[str]:
    faults = []
    for topic in topics:
        result = cedarpy.validate_policies(topic.text, schema)
        names = result.id_annotations_by_policy_id
        faults += [f"{topic.file}: {names.get(e.policy_id, e.policy_id)}: {e.error}" for e in result.errors]
    return faults
