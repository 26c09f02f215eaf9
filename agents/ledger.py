"""The ledger of a turn: what this conversation has read that nobody in the house vouches for, and what its person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actions.action import UNTRUSTED_LABELS
from knowledge.model.conversations import READ

LABELS, SHOWN = "labels", "shown"
"""Keys of the focus under which the conversation keeps the labels of what it is about, and the list its person has seen;
under READ, which never shrinks, those of what it has read."""

_OF_KIND = {
    "mail": "inbound_mail",
    "call": "call_transcript",
    "meeting": "call_transcript",
    "chat": "customer_chat",
    "web": "web_form",
    "note": "imported_file",
    "order": "imported_file",
    "action": "llm_inferred",
}
"""What a source of this kind is worth where its row does not say: the least trusted of what it may be."""


@dataclass
class Ledger:
    """`words` are the person's own earlier lines, oldest first; `earlier` the untrusted labels of all that earlier
    turns have read, `read` those of this turn.

    `cleared` says for an argument which labels a look-up by key took off it, and by which record: it goes into the
    audit record with the action.
    """

    words: tuple[str, ...] = ()
    earlier: frozenset[str] = frozenset()
    read: set[str] = field(default_factory=set)
    cleared: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, kind: str, provenance: str = "") -> None:
        """Something was read: its row's label, or what its kind is worth. What our own records say leaves no trace."""
        label = provenance or _OF_KIND.get(kind, "")
        if label in UNTRUSTED_LABELS:
            self.read.add(label)

    @property
    def labels(self) -> frozenset[str]:
        """The untrusted labels of everything read so far in this conversation."""
        return self.earlier | self.read


def opened(focus: Mapping[str, Any], words: tuple[str, ...] = ()) -> Ledger:
    """The ledger of a new turn, going on from what the conversation has kept."""
    return Ledger(words=words, earlier=frozenset(map(str, focus.get(READ) or ())) & UNTRUSTED_LABELS)
