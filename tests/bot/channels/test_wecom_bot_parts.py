"""WeCom AI bot, the parts: official crypto vectors, encrypted files, names, texts by bytes, cards, settings."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channel_settings import ChannelSettings
from bot.channels.wecom_bot import BotRefused, HookBot, LongBot, from_settings
from bot.channels.wecom_bot.arrivals import arrival, unaddressed
from bot.channels.wecom_bot.cards import as_text, card_json, fits, task_id
from bot.channels.wecom_bot.download import allowed, disposition_name, safe_name
from bot.channels.wecom_bot.frames import read
from bot.channels.wecom_bot.incoming import Body
from bot.channels.wecom_bot.quiet import WithoutQuery, hush
from bot.channels.wecom_bot.sealing import (
    Envelope,
    Forged,
    Locker,
    Unreadable,
    Unsealing,
    bot_key,
    file_key,
)
from bot.channels.wecom_bot.texts import cut, pieces, settled, short, size
from bot.street.words import Attachment, CardView, Gone, TooLarge
from tests.bot.channels.wecom_bot_stage import card
from tests.fakes.clock import FakeClock
from tests.fakes.wecom_bot_http import FileStore, Response, encrypted
from tests.fakes.wecom_bot_rules import card_fault
from tests.fakes.wecom_bot_street import ClockedPad

TOKEN, KEY = "AiBotTestToken01", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
STAMP = {"timestamp": "1700000000", "nonce": "nonce123"}
VECTORS = {
    "dd3c255349d6fc4e0ac65b362dec9764db638e4f": (
        '{"msgid":"M1","aibotid":"B1","chattype":"single","from":{"userid":"u1"},"msgtype":"text","text":{"content":"你好"}}',
        "Q3stYC6hdFzMh9T8HCvyDNaf+W1Cb5qit7rHY7OpWqH0xVhHkCyOPRdVSPdc5Q04BEdeu0F7C4SUsi1cVnPsOSweneFZGflrbF9o36hPBuNu63FcPyJwgk9t"
        "YuvG1zlkjTXvxdua2L3g+ugELTAC9OUUrDZin5pc9ZvjJOmZVDtwpmFgsv2bV6gRuQ6mumwLtijolSQ0Xdq5br76Zh2/Zw==",
    ),
    "30562b1fbbc59dddace5b708323af99214a67c9a": (
        '{"msgtype":"stream","stream":{"id":"S1","finish":false,"content":"…"}}',
        "Q3stYC6hdFzMh9T8HCvyDLVbAeWPfUJNVDjS9juavkV10aGWmFbLUmQt+qa7owwOwYWTw2AWFF2dk3F/1mEuCOERLQ0ptfV3XDx0tDv/P0TkEVC3KfJwn1uo"
        "TKhIFHkg",
    ),
    "74a0a62caa40214fa704dea011bed0e88c51fdc4": (
        "1616140317555161061",
        "Q3stYC6hdFzMh9T8HCvyDH0IHJENRtL8kKsqSYgg4gDWvcnIkH9Dgx6R/gF/b4PMyawpbQ2ZVP3ULWIL1h2YBQ==",
    ),
    "d093d79aaacd99c333b4369e282847d5a1fdfa34": (
        "xxxxxxxxxxxx",
        "Q3stYC6hdFzMh9T8HCvyDL/REUy6XoCe3sU4HvxrUh7Kcl/rt/AR422qmJnDgwvf9NNo3s2z/BJTFH23ClXu3A==",
    ),
}


@pytest.mark.parametrize("signature", VECTORS)
def test_the_vectors_open_and_close(signature: str) -> None:
    plain, sealed = VECTORS[signature]
    envelope = Envelope(TOKEN, KEY, noise=lambda count: b"0123456789abcdef"[:count])
    assert envelope.open(sealed, signature=signature, **STAMP) == plain
    told = envelope.seal(plain, timestamp=1700000000, nonce="nonce123")
    assert told == {
        "encrypt": sealed,
        "msgsignature": signature,
        "timestamp": 1700000000,
        "nonce": "nonce123",
    }


def test_wechatpy_reads_what_we_seal_and_we_read_what_it_seals() -> None:
    from wechatpy.crypto import PrpCrypto

    peer = PrpCrypto(bot_key(KEY))
    told = Envelope(TOKEN, KEY).seal("报价 8 折", timestamp=1, nonce="n")
    assert peer.decrypt(told["encrypt"], "") == "报价 8 折"
    sealed = peer.encrypt("好", "").decode()
    envelope = Envelope(TOKEN, KEY)
    signed = envelope.signature("1", "n", sealed)
    assert envelope.open(sealed, signature=signed, timestamp="1", nonce="n") == "好"


def test_what_is_not_for_us_or_was_changed_does_not_open() -> None:
    from wechatpy.crypto import PrpCrypto

    envelope = Envelope(TOKEN, KEY)
    sealed = next(iter(VECTORS.values()))[1]
    with pytest.raises(Forged):
        envelope.open(sealed, signature="0" * 40, **STAMP)
    foreign = PrpCrypto(bot_key(KEY)).encrypt("x", "ww-another-corp").decode()
    other_key = PrpCrypto(b"k" * 32).encrypt("x", "").decode()
    for bad in (foreign, other_key, "", "%%%", sealed[:-8], base64.b64encode(b"short").decode()):
        with pytest.raises(Unreadable):
            envelope.open(bad, signature=envelope.signature("1", "n", bad), timestamp="1", nonce="n")


@given(st.binary(max_size=300))
def test_bytes_that_are_signed_but_no_message_are_unreadable_never_worse(data: bytes) -> None:
    envelope = Envelope(TOKEN, KEY)
    sealed = base64.b64encode(encrypted(data, bot_key(KEY))).decode()
    try:
        envelope.open(sealed, signature=envelope.signature("1", "n", sealed), timestamp="1", nonce="n")
    except Unreadable:
        return
    assert len(data) >= 20


def test_the_lock_opens_only_its_own_note() -> None:
    locker = Locker(KEY)
    locked = locker.lock("https://x/?response_code=geheim", "s1")
    assert "geheim" not in locked
    assert Locker(KEY).unlock(locked, "s1").endswith("geheim")
    for other, name, text in ((locker, "s2", locked), (Locker("Z" * 43), "s1", locked), (locker, "s1", "!")):
        with pytest.raises(Unreadable):
            other.unlock(text, name)


CIPHERTEXT = base64.b64decode("kf6oLOHcnKsfM/+sBI9t1ukrMgKoKhaq60f2NX5354o=")


@pytest.mark.parametrize(
    "key", ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]
)
def test_the_file_vector_with_and_without_its_padding(key: str) -> None:
    unsealing = Unsealing(file_key(key))
    assert unsealing.more(CIPHERTEXT) + unsealing.end() == b"%PDF-1.4 fake"


@given(st.binary(max_size=500), st.integers(1, 64))
def test_a_file_in_any_pieces_is_the_same_file(data: bytes, step: int) -> None:
    sealed = encrypted(data, b"k" * 32)
    unsealing = Unsealing(b"k" * 32)
    parts = [unsealing.more(sealed[at : at + step]) for at in range(0, len(sealed), step)]
    assert b"".join(parts) + unsealing.end() == data


async def _fetched(
    tmp_path: Path, response: Response | None, *, limit: int = 1000, **changes: Any
) -> tuple[str, bytes]:
    store = FileStore()
    await store.server.start()
    url, text = store.put(b"hello", b"k" * 32, disposition=changes.pop("disposition", b""))
    if response is not None:
        store.files["/media/0"] = response
    async with httpx.AsyncClient(timeout=0.3) as http:
        bot = LongBot(
            bot_id="b", secret="s", pad=ClockedPad(FakeClock()), clock=FakeClock(), ws_url="ws://x", http=http,
            media_hosts=("127.0.0.1",),
        )  # fmt: skip
        try:
            found = await bot.fetch(
                Attachment(**{"kind": "file", "ref": url, "key": text} | changes), tmp_path, limit
            )
        finally:
            await store.server.stop()
    return found.name, Path(found.path).read_bytes()


def test_a_file_comes_decrypted_under_a_name_of_ours(tmp_path: Path) -> None:
    disposition = b"attachment; filename=\"x.bin\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%E5%8D%95.pdf"
    name, data = asyncio.run(_fetched(tmp_path, None, disposition=disposition))
    assert (name, data) == ("报价单.pdf", b"hello")
    (path,) = tmp_path.iterdir()
    assert len(path.name) == 32


@pytest.mark.parametrize(
    ("response", "changes", "error"),
    [
        (Response(403), {}, Gone),
        (Response(404), {}, Gone),
        (Response(302, headers={"location": b"http://169.254.169.254/"}), {}, Gone),
        (Response(500), {}, OSError),
        (Response(hang=True), {}, OSError),
        (Response(body=encrypted(b"x" * 900, b"k" * 32), cut_after=300), {}, OSError),
        (Response(body=encrypted(b"x", b"z" * 32)), {}, Gone),
        (Response(body=b"no cipher"), {}, Gone),
        (Response(body=encrypted(b"x" * 1001, b"k" * 32)), {}, TooLarge),
        (Response(body=encrypted(b"x" * 2000, b"k" * 32)), {}, TooLarge),
        (Response(body=encrypted(b"x" * 600_000, b"k" * 32), endless=True), {}, TooLarge),
        (None, {"key": "kurz"}, Gone),
        (None, {"key": ""}, Gone),
        (None, {"ref": "file:///etc/passwd"}, Gone),
        (None, {"ref": "http://169.254.169.254/latest"}, Gone),
        (None, {"ref": "https://evil.example/x"}, Gone),
    ],
)
def test_a_file_that_cannot_be_had_leaves_nothing(
    tmp_path: Path, response: Response | None, changes: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        asyncio.run(_fetched(tmp_path, response, **changes))
    assert "geheim" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_thirty_megabytes_go_through_and_one_byte_more_does_not(tmp_path: Path) -> None:
    data = bytes(1 << 20) * 30
    whole = Response(body=encrypted(data, b"k" * 32))
    assert asyncio.run(_fetched(tmp_path, whole, limit=len(data)))[1] == data
    with pytest.raises(TooLarge):
        asyncio.run(_fetched(tmp_path, whole, limit=len(data) - 1))


def test_in_url_mode_files_use_the_bots_own_key(tmp_path: Path) -> None:
    async def story() -> None:
        store = FileStore()
        await store.server.start()
        url, _ = store.put(b"hello", bot_key(KEY))
        bot = HookBot(
            token=TOKEN, aes_key=KEY, pad=ClockedPad(FakeClock()), clock=FakeClock(), api_base="http://127.0.0.1",
            media_hosts=("127.0.0.1",),
        )  # fmt: skip
        found = await bot.fetch(Attachment(kind="file", ref=url, name="../../a.pdf"), tmp_path, 100)
        assert (Path(found.path).read_bytes(), found.name, found.size) == (b"hello", "a.pdf", 5)
        await bot.close()
        await store.server.stop()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com/x?sign=1", True),
        ("https://qyapi.weixin.qq.com/x", True),
        ("http://qyapi.weixin.qq.com/x", False),
        ("https://evilqq.com/x", False),
        ("https://qq.com.evil.example/x", False),
        ("https://user@qq.com/x", False),
        ("ftp://a.qq.com/x", False),
        ("https://[::1/x", False),
        ("", False),
    ],
)
def test_only_the_platforms_hosts_are_asked(url: str, good: bool) -> None:
    assert (allowed(url, (".qq.com", ".myqcloud.com")) == "") is good


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.docx; filename=x", "合同.docx"),
        ("attachment; filename*=utf-8'zh'a%20b.txt", "a b.txt"),
        ('attachment; filename="%E5%90%88%E5%90%8C.docx"', "合同.docx"),
        ('attachment; filename="合同.docx"'.encode().decode("latin-1"), "合同.docx"),
        ("attachment; filename=plain.pdf", "plain.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="..%2F..%2Fx%00y.pdf"', "xy.pdf"),
        ('attachment; filename="a\\"b\\\\c.pdf"', "c.pdf"),
        ("attachment; filename*=UTF-8''gpj%E2%80%AE.exe", "gpj.exe"),
        ('attachment; filename="..."', ""),
        ("inline", ""),
    ],
)
def test_names_from_the_header(header: str, name: str) -> None:
    assert disposition_name(header) == name


@given(st.text(max_size=400))
def test_any_name_becomes_a_harmless_one(name: str) -> None:
    safe = safe_name(name)
    assert not set(safe) & set("/\\\x00\n\u202e")
    assert len(safe.encode()) <= 200
    assert safe not in {".", ".."}


@given(st.text(max_size=600), st.integers(24, 200))
def test_pieces_keep_their_size_and_lose_no_word(text: str, limit: int) -> None:
    parts = pieces(text, limit)
    assert all(size(part) <= limit for part in parts)
    if "```" not in text:
        assert "".join("".join(parts).split()) == "".join(text.encode("utf-8", "replace").decode().split())


def test_a_code_block_that_is_broken_is_closed_and_opened_again() -> None:
    parts = pieces("前\n\n```sql\n" + "select 1;\n" * 40 + "```\n后", 200)
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert parts[1].startswith("```sql\n")
    assert parts[-1].endswith("后")


def test_what_is_settled_ends_at_a_paragraph_outside_code() -> None:
    assert settled("一\n\n二") == "一\n\n"
    assert settled("一\n\n```\na\n\nb") == "一\n\n"
    assert settled("一二") == ""
    assert cut("好" * 10, 10) == "好好…"
    assert short("a\n b", 9) == "a b"


@pytest.mark.parametrize(
    ("said", "name", "left"),
    [
        ("@小 成 你好", "小 成", "你好"),
        ("@小 成\u2005你好", "小 成", "你好"),
        ("@小 成你好", "小 成", "你好"),
        ("请看 @小 成", "小 成", "请看"),
        ("@老王 问 @小 成 一下", "小 成", "@老王 问 @小 成 一下"),
        ("@RobotA hello robot", "", "hello robot"),
        ("hello", "", "hello"),
        ("@RobotA", "", ""),
    ],
)
def test_the_bots_name_is_cut_off(said: str, name: str, left: str) -> None:
    assert unaddressed(said, name) == left


def test_strange_bodies_become_words_or_nothing() -> None:
    at = FakeClock().now
    base = {"msgid": 17, "from": {"userid": "u"}, "msgtype": "text"}
    body = Body.model_validate(json.loads(json.dumps(base)[:-1] + ',"text":{"content":"a\\ud800\\u0000b"}}'))
    found = arrival(body, at=at, bot_name="")
    assert found is not None
    assert (found.external_id, found.text) == ("17", "a?b")
    for missing in (
        {"msgid": ""},
        {"from": {}},
        {"msgtype": "event"},
        {"msgtype": "event", "event": {"eventtype": "x"}},
    ):
        assert arrival(Body.model_validate(base | missing), at=at, bot_name="") is None
    assert read('{"headers":{"req_id":"r"},"errcode":0}') is not None
    assert read("nonsense") is None


@given(
    st.text(max_size=60),
    st.text(max_size=200),
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=40)), max_size=9),
)
def test_any_card_is_one_the_platform_takes(title: str, body: str, facts: list[tuple[str, str]]) -> None:
    view = CardView(
        id=title or "x", code="A7F3", title=title, facts=tuple(facts), body=body, buttons=card().buttons
    )
    shown = card_json(view)
    assert card_fault(shown) in ({""} if title.split() else {"", "title missing"})
    assert card_fault(card_json(card(settled="ok"))) == ""
    if fits(view):
        assert [row["value"] for row in shown.get("horizontal_content_list", [])] == [
            " ".join(value.split()) for _, value in facts
        ]


def test_a_cards_id_is_kept_where_it_may_be_and_its_text_is_whole() -> None:
    assert task_id(card(id="A7F3-k_1@2")) == "A7F3-k_1@2"
    assert task_id(card(id="卡")) == task_id(card(id="卡"))
    assert len(task_id(card(id="卡" * 99))) <= 128
    plain = CardView(id="x", code="A7F3", title="t", facts=(("金额", "1"),), body="⟦b⟧", footer="批准 A7F3")
    assert as_text(plain) == "**t**(A7F3)\n金额: 1\n⟦b⟧\n批准 A7F3"


def test_the_settings_choose_the_mode_and_are_refused_with_words() -> None:
    def made(**values: str) -> Any:
        secrets = {
            name: SecretStr(value) if name.endswith(("secret", "token", "key")) else value
            for name, value in values.items()
        }
        clock = FakeClock()
        return from_settings(ChannelSettings(_env_file=None, **secrets), ClockedPad(clock), clock)  # type: ignore[arg-type]

    assert made() is None
    assert isinstance(made(wecom_bot_id="b", wecom_bot_secret="s"), LongBot)
    hook = made(wecom_bot_token="t", wecom_bot_aes_key=KEY)
    assert isinstance(hook, HookBot)
    assert (hook.traits.push, hook.traits.limit, hook.traits.measure("好")) == (False, 20480, 3)
    for values, words in (
        ({"wecom_bot_id": "b"}, "WECOM_BOT_SECRET"),
        ({"wecom_bot_token": "t"}, "WECOM_BOT_AES_KEY"),
        ({"wecom_bot_token": "t", "wecom_bot_aes_key": "short"}, "43"),
        (
            {"wecom_bot_id": "b", "wecom_bot_secret": "s", "wecom_bot_token": "t", "wecom_bot_aes_key": KEY},
            "一种模式",
        ),
    ):
        with pytest.raises(BotRefused, match=words):
            made(**values)


def test_addresses_in_the_log_lose_their_query() -> None:
    import logging

    hush()
    hush()
    filters = [one for one in logging.getLogger("httpx").filters if isinstance(one, WithoutQuery)]
    assert len(filters) == 1
    record = logging.LogRecord(
        "httpx", 20, "", 1, "%s %s", ("POST", httpx.URL("https://h/p?response_code=geheim")), None
    )
    assert filters[0].filter(record)
    assert record.getMessage() == "POST https://h/p?…"
