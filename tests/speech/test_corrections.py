"""Corrections of transcripts: what changes, what must not, and that the text follows its segments."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from speech.corrections import LABEL, NAME, SPEAKER, WORDS, Correction, corrected, text_of, touched


def _segment(speaker: str, text: str, side: str = "unknown") -> dict[str, Any]:
    return {"speaker": speaker, "text": text, "side": side, "start": None, "end": None}


SAID = [_segment("王总", "王总您好,我是王总的同事"), _segment("?", "预算一百万"), _segment("?", "好")]


def _text(segments: list[dict[str, Any]]) -> str:
    return "\n".join(f"{one['speaker']}: {one['text']}" for one in segments)


def test_a_name_is_changed_everywhere_also_as_the_speaker() -> None:
    made = corrected(SAID, Correction(kind=NAME, old="王总", new="汪总"))
    assert [one["speaker"] for one in made] == ["汪总", "?", "?"]
    assert made[0]["text"] == "汪总您好,我是汪总的同事"
    assert touched(SAID, Correction(kind=NAME, old="王总", new="汪总")) == [0]


def test_a_latin_name_is_a_whole_word() -> None:
    said = [_segment("Ann", "Announce it to Ann.")]
    assert corrected(said, Correction(kind=NAME, old="Ann", new="Anne"))[0]["text"] == "Announce it to Anne."


def test_one_utterance_gets_other_words_or_another_speaker() -> None:
    words = corrected(SAID, Correction(kind=WORDS, line=1, new="预算一百二十万"))
    assert [one["text"] for one in words] == [SAID[0]["text"], "预算一百二十万", "好"]
    who = corrected(SAID, Correction(kind=SPEAKER, line=1, new="王建国", side="customer"))
    assert (who[1]["speaker"], who[1]["side"], who[2]["speaker"]) == ("王建国", "customer", "?")


def test_a_label_is_given_to_all_who_bear_it() -> None:
    made = corrected(SAID, Correction(kind=LABEL, old="?", new="王磊", side="customer"))
    assert [(one["speaker"], one["side"]) for one in made] == [
        ("王总", "unknown"),
        ("王磊", "customer"),
        ("王磊", "customer"),
    ]


def test_the_text_keeps_what_stands_around_the_utterances() -> None:
    before = [_segment("王总", "您好"), _segment("李娜", "您好")]
    text = "会议记录 2026\n王总: 您好\n(停顿)\n李娜: 您好\n—— 完"
    after = corrected(before, Correction(kind=WORDS, line=1, new="早上好"))
    assert text_of(text, before, after) == "会议记录 2026\n王总: 您好\n(停顿)\n李娜: 早上好\n—— 完"
    assert text_of(_text(before), before, after) == _text(after)


_WORD = st.text(alphabet="王汪李ab ", min_size=1, max_size=6)


@given(st.lists(st.tuples(_WORD, _WORD), max_size=6), _WORD, _WORD)
def test_the_number_of_utterances_stays_and_the_text_follows(
    lines: list[tuple[str, str]], old: str, new: str
) -> None:
    before = [_segment(who, said) for who, said in lines]
    after = corrected(before, Correction(kind=NAME, old=old, new=new))
    assert len(after) == len(before)
    assert text_of(_text(before), before, after) == _text(after)
    changed = [at for at, one in enumerate(before) if one != after[at]]
    assert changed == touched(before, Correction(kind=NAME, old=old, new=new))
