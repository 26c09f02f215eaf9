"""Answers as WeCom's Markdown: every piece within its bytes, no word lost, no mark broken, and nothing formed by a stranger.

The reader in tests/fakes/wecom_markdown.py, which knows no line of ours and sees marks everywhere, is the judge.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.wecom.markup import Markup
from bot.channels.wecom.plain import plain
from bot.street.splitting import split, utf8_bytes
from tests.fakes.wecom_markdown import Page, read

OWN = "https://sales.example.com/k"
MARKUP = Markup(frozenset({"sales.example.com"}))
SIGNS = "*_`~<>[]()#&@\\|!-+=:.\n \t\u00a0•—＜＊｀＼＿～＠＆］（＃＞｜＋！"
TWINS = str.maketrans("＜＊｀＼＿～＠＆（＃＞", "<*`\\_~@&(#>")

HIDDEN = "https//salesexamplecom/k"

WORDS = st.text(st.sampled_from("华东医疗报价ab1👍。,“”⟦⟧ *_`~<>[]()#&@\\|!-+:"), max_size=40)
TAME = st.text(st.sampled_from("华东医疗报价单ab1👍。,"), min_size=1, max_size=60)
ATTACKS = st.sampled_from(
    [
        f"“[点这里]({OWN})”", "[合同](https://evil.test/x)", "[sales.example.com](https://evil.test)", "<@zhaolei>", "@zhaolei",
        "<font color=\"warning\">急</font>", "<a href='https://evil.test'>批准</a>", "&lt;@zhaolei&gt;", "![x](https://evil.test/p)",
        "[a][b]", "[b]: https://evil.test", "<https://evil.test>", "\\*\\*", "](https://evil.test)", "[x](javascript:alert(1))",
        "[x](https://sales.example.com@evil.test/)", "[x](https://sales.example.com.evil.test/)", "- - - a", "> > x", "```js", "|---|",
        f"⟦**急** [看]({OWN})⟧", "“从没有合上 **粗** [x](" + OWN + ")", "[a][(b](https://evil.test)",
        "@[zhaolei](https://evil.test)", "&[lt;](https://evil.test)", f"![图]({OWN})", "wang_li@hd.example.com", "https://x.test/a_b~c?d=1&e=2",
    ]
)  # fmt: skip
INLINE = st.one_of(
    WORDS, TAME, ATTACKS, TAME.map("**{}**".format), TAME.map("`{}`".format), st.just(f"[报价]({OWN})")
)
LEADS = st.sampled_from(
    ["", "", "", "# ", "### ", "> ", ">> ", "- ", "  * ", "1. ", "    ", "| ", "```", "---"]
)
TEXTS = st.lists(
    st.builds(lambda lead, parts: lead + " ".join(parts), LEADS, st.lists(INLINE, max_size=8)), max_size=12
).map("\n".join)
LIMITS = st.integers(300, 700)


def solid(text: str) -> str:
    """The letters that are nobody's mark, without the address that an own link hides."""
    return "".join(one for one in text.translate(TWINS) if one not in SIGNS).replace(HIDDEN, "")


def unfenced(text: str) -> str:
    """What follows a fence on its own line is no word, but the language of the code."""
    fence = r"(?m)^([^\S\n]{0,8}```)[^\S\n]{0,8}[\w+#.-]{0,20}[^`\n]{0,20}$"
    return re.sub(fence, r"\1", text)


def pieces(text: str, limit: int) -> list[str]:
    return split(text, limit, MARKUP.measure)


def pages(text: str, limit: int) -> list[Page]:
    return [read(MARKUP.markdown(piece)) for piece in pieces(text, limit)]


@given(TEXTS, LIMITS)
@example("**" + "粗" * 600 + "**", 300)
@example("“" + "引**用**" * 100 + "”", 300)
@example("- " * 600, 300)
@example("> - 1\n> * 2", 300)
@example(">" * 400 + " x", 300)
@example("[x](https://sales.example.com/" + "y" * 400 + ")", 300)
@example("`" + " " * 400 + "x`", 300)
@example("**[x](https://sales.example.com/" + "y" * 400 + ")**", 300)
def test_every_piece_fits_and_no_word_is_lost(text: str, limit: int) -> None:
    parts = pieces(text, limit)
    for part in parts:
        assert part.strip()
        assert not MARKUP.carries(part) or utf8_bytes(MARKUP.markdown(part)) <= limit
        assert utf8_bytes(plain(MARKUP.words(part))) <= limit
        assert utf8_bytes(plain(part)) <= limit
    wanted = solid(unfenced(text))
    assert solid("".join(read(MARKUP.markdown(part)).visible for part in parts)) == wanted
    assert solid("".join(MARKUP.words(part) for part in parts)) == wanted


@given(TEXTS, LIMITS)
def test_nothing_is_formed_but_what_is_meant(text: str, limit: int) -> None:
    for page in pages(text, limit):
        assert page.others == [], "a tag, an entity, a loose star, a block that WeCom does not know"
        assert page.mentions == []
        assert {url for _, url in page.links} <= {OWN}


@given(st.lists(st.tuples(st.sampled_from(["**{}**", "`{}`", "{}"]), TAME), min_size=1, max_size=30), LIMITS)
def test_marks_are_whole_on_both_sides_of_a_cut(runs: list[tuple[str, str]], limit: int) -> None:
    """Bold is bold and code is code to the last letter, however long, and nothing else becomes either."""
    seen = pages(" ".join(shape.format(words) for shape, words in runs), limit)
    for shape, found in (("**{}**", [page.bold for page in seen]), ("`{}`", [page.code for page in seen])):
        wanted = "".join(words for of, words in runs if of == shape)
        assert "".join("".join(one) for one in found) == wanted


@given(st.lists(TAME, min_size=1, max_size=20).map(" ".join), LIMITS)
def test_a_heading_and_a_quotation_stay_one_on_both_sides_of_a_cut(words: str, limit: int) -> None:
    headings = [one for page in pages(f"## {words}", limit) for one in page.headings]
    assert {level for level, _ in headings} == {2}
    assert solid("".join(said for _, said in headings)) == solid(words)
    quotes = [one for page in pages(f"> {words}", limit) for one in page.quotes]
    assert solid("".join(quotes)) == solid(words)


def test_an_answer_as_it_is_written() -> None:
    told = MARKUP.markdown(
        "## 华东医疗 **进展**\n**结论**: 给 `8%`,见[报价]("
        + OWN
        + ")和[官网](https://www.example.com/a_b)。\n"
        "- 王主任: “**快** 一点” [1]\n  * 二级\n> 交期先定\n下一句 3*4\n```python\n    if a < b:\n```\n"
        "| 产品 | 价 |\n|---|--:|\n| 影像 | 9 |\n---"
    )
    assert told == (
        "## 华东医疗 进展\n**结论**: 给 `8%`,见[报价](" + OWN + ")和官网 (https://www.example.com/a_b)。\n"
        "• 王主任: “＊＊快＊＊ 一点” [1]\n\u00a0\u00a0• 二级\n> 交期先定\n\n下一句 3＊4\n`\u00a0\u00a0\u00a0\u00a0if a ＜ b:`\n"
        "产品 | 价\n影像 | 9\n———"
    )


@pytest.mark.parametrize(
    ("text", "carries"),
    [
        ("没有格式的一句", False),
        ("- 一\n- 二", False),
        ("“**他的话**”", False),
        ("3*4, a_b, <b>x</b>, [1] I-12", False),
        ("[官网](https://www.example.com)", False),
        (f"[报价]({OWN})", True),
        ("**重点**", True),
        ("# 标题", True),
        ("> 引用", True),
        ("用 `批准 A7F3`", True),
        ("```\ncode\n```", True),
    ],
)
def test_only_what_markdown_adds_to_is_markdown(text: str, carries: bool) -> None:
    assert MARKUP.carries(text) is carries


def test_a_link_whose_label_names_another_host_shows_where_it_leads() -> None:
    told = MARKUP.markdown(f"**看** [www.partner.example]({OWN})")
    assert told == f"**看** www.partner.example ({OWN})"
    assert Markup().markdown(f"[报价]({OWN})") == f"报价 ({OWN})", "no host is vouched for by itself"


def test_a_mark_at_an_address_stays_an_address() -> None:
    page = read(MARKUP.markdown("**见** https://x.test/a_b~c?d=1&e=2 或 wang_li@hd.example.com"))
    assert page.visible == "见 https://x.test/a_b~c?d=1&e=2 或 wang_li@hd.example.com"
    assert page.mentions == page.others == []
