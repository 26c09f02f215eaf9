"""Addresses in one spelling, their class, domains that only look known, and the distance from a template."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.confusables import visible
from actions.recipients import (
    ORDER,
    BadAddress,
    classify_recipient,
    confusable_with,
    display_name,
    imitates_person,
    normalise_address,
    template_distance,
    worst,
)

KNOWN = ("huadongmed.example.com", "renxin-hospital.cn", "hp.com")


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        (" Wang@B.CN ", "Wang@b.cn"),
        ("a＠b.cn", "a@b.cn"),
        ("王@例子.CN", "王@xn--fsqu00a.cn"),
        ("a@b.cn.", "a@b.cn"),
        ("a@b.cn。", "a@b.cn"),
        ("a@b。cn", "a@b.cn"),
        ("王小明@b.cn", "王小明@b.cn"),
        ("иван@b.cn", "иван@b.cn"),
        ("a+tag@b.cn", "a+tag@b.cn"),
    ],
)
def test_one_spelling(given_: str, wanted: str) -> None:
    assert normalise_address(given_) == wanted


@pytest.mark.parametrize(
    "bad", ["", "a", "@b.cn", "a@", "a@b", "a b@c.cn", "a@b..cn", "a@1.2.3.4", ".a@b.cn", "a..b@c.cn", "a@-b.cn",
            "a\u200b@b.cn", "a@b.cn\r\nBcc: c@d.cn", "a,b@c.cn", "<a@b.cn>", "a@b_c.cn", "x" * 65 + "@b.cn",
            '"wang li"@b.cn', "wang(boss)@b.cn", "boss@b.cn <x@evil.example>", "team: a@b.cn, c@d.cn;", "a@[127.0.0.1]", "a@localhost",
            "wаng@b.cn", "wang%evil.example@b.cn", "evil.example!wang@b.cn", "=?utf-8?q?x?=@b.cn", "a@b@c.cn", "@b.cn:x@evil.example",
            "mailto:a@b.cn", "a@b.cn;c@d.cn", "a@b.cn\u202e", "αbc@b.cn"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_reason(bad: str) -> None:
    with pytest.raises(BadAddress, match=r"/ \w"):
        normalise_address(bad)


@given(st.one_of(st.text(max_size=40), st.emails()))
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = normalise_address(text)
    except BadAddress:
        return
    assert normalise_address(once) == once
    assert "\n" not in once
    assert "\r" not in once
    assert once.rpartition("@")[2].isascii()


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("lina@demo.cn", "self"), ("Lina@demo.cn", "self"), ("zhao@demo.cn", "colleague"), ("wang@hua.cn", "contact_on_deal"),
     ("friend@qq.com", "contact_on_deal"), ("else@hua.cn", "contact_of_account"), ("x@mail.hua.cn", "contact_of_account"),
     ("x@other.cn", "known_domain"), ("x@new.cn", "new_domain"), ("y@qq.com", "free_mail"), ("x@bad.cn", "blocked"),
     ("stop@hua.cn", "blocked"), ("x@nothua.cn", "new_domain")],
)  # fmt: skip
def test_classes(address: str, wanted: str) -> None:
    assert wanted == classify_recipient(
        address,
        deal_contacts=["Wang@hua.cn", "friend@qq.com"],
        account_domains=["hua.cn"],
        known_domains=["hua.cn", "other.cn", "qq.com"],
        colleague_domain="demo.cn",
        self_address="lina@demo.cn",
        blocked=["bad.cn", "stop@hua.cn"],
    )


def test_the_worst_of_several() -> None:
    assert worst(ORDER) == "blocked"
    assert worst(["contact_on_deal", "new_domain", "self"]) == "new_domain"


@pytest.mark.parametrize(
    "domain",
    ["huadongrned.example.com", "huad0ngmed.example.com", "huаdongmed.example.com", "huadongmde.example.com",
     "huadongmed.com", "huadongmed.example.com.evil.io", "huadongmed-pay.com", "huadong-med.com", "huadongmed.evil.io",
     "huadongmed-example-com.evil.io", "huadongmed.example.co", "huadονgmed.example.com",
     "huаdongmed.example.com".encode("idna").decode()],
)  # fmt: skip
def test_imitations(domain: str) -> None:
    assert confusable_with(domain, KNOWN) == "huadongmed.example.com"


@pytest.mark.parametrize(
    "domain",
    ["huadongmed.example.com", "mail.huadongmed.example.com", "other.example.com", "hq.com", "baidu.com"],
)
def test_honest_domains(domain: str) -> None:
    assert confusable_with(domain, KNOWN) is None


def test_distance_from_the_template() -> None:
    template = "{name}您好：\n\n谢谢您的时间。\n\n{sender}"
    assert template_distance(template, "王总您好：\n\n谢谢您的时间。\n\n李娜") == 0
    small = template_distance(template, "王总您好：\n\n谢谢您今天的时间。\n\n李娜")
    large = template_distance(
        template, "王总您好：\n\n谢谢您的时间。另外我们可以再给贵院优惠十二个点。\n\n李娜"
    )
    assert 0 < small < large < 10_000
    assert template_distance("abc", "xyz") == 10_000
    assert template_distance("", "") == 0


def test_a_blocked_box_cannot_be_reached_by_a_tag() -> None:
    def kind(address: str) -> str:
        return classify_recipient(
            address, deal_contacts=(), account_domains=("b.cn",), known_domains=("b.cn",), colleague_domain="us.cn",
            self_address="me@us.cn", blocked=("wang@b.cn",),
        )  # fmt: skip

    assert kind("wang+x@b.cn") == "blocked"
    assert kind("wang2@b.cn") != "blocked"


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("vvang@b.cn", "wang@b.cn"), ("WANG@b.cn", ""), ("wang@b.cn", ""), ("wan9@b.cn", "wang@b.cn"), ("wang@c.cn", ""), ("li@b.cn", ""),
     ("wаng@b.cn", "wang@b.cn")],
)  # fmt: skip
def test_who_only_looks_like_somebody_known(address: str, wanted: str) -> None:
    assert imitates_person(address, ["wang@b.cn", "zhao@b.cn"]) == wanted


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张三"), (" 张  三 ", "张 三"), ("王建国", ""), ("王 建国", "王 建国"), ("boss@b.cn", ""), ("<boss>", ""),
     ("a\u202eb", ""), ("王\u200b建国", ""),
     ("Grаce", ""), ("Grace Huang", ""), ("GRACE HUANG", ""), ("Ｚｈａｎｇ", "Zhang")],
)  # fmt: skip
def test_names_that_would_deceive_are_not_shown(name: str, shown: str) -> None:
    assert display_name(name, ["王建国", "Grace Huang"]) == shown


def test_hidden_signs_are_written_out_and_emoji_are_not() -> None:
    assert visible("报价\u202efdp.docx") == "报价⟨U+202E⟩fdp.docx"
    assert visible("a\u200bb\n\tc") == "a⟨U+200B⟩b\n\tc"
    assert visible("👨\u200d👩\u200d👧 好") == "👨\u200d👩\u200d👧 好"
