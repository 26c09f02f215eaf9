"""The seal against the official vectors, against wechatpy as a second implementation, and against tampering."""

from __future__ import annotations

import base64
import secrets
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto  # type: ignore[import-untyped]

from bot.channels.wecom.sealing import BadSeal, Seal
from bot.channels.wecom.xmltree import read

A = Seal("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
B = Seal(
    "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt", "ww1436e0e65a779aee"
)
C_KEYS = ("123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a")
C = Seal(*C_KEYS)

ECHOES = [
    (A, "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", "1616140317555161061",
     "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="),
    (B, "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb", "1476416373", "47744683", "1288432023552776189",
     "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA=="),
    (C, "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96", "1411443780", "437374425", "5927782489442352469",
     "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="),
]  # fmt: skip

MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)


@pytest.mark.parametrize(("seal", "signature", "stamp", "nonce", "plain", "sealed"), ECHOES)
def test_the_official_echo_vectors_open(
    seal: Seal, signature: str, stamp: str, nonce: str, plain: str, sealed: str
) -> None:
    seal.verify(signature, stamp, nonce, sealed)
    assert seal.open(sealed) == plain.encode()


def test_the_official_message_vector_opens() -> None:
    A.verify("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", MESSAGE)
    fields = read(A.open(MESSAGE))
    names = ("Content", "FromUserName", "MsgId", "AgentID", "MsgType")
    assert [fields.get(name) for name in names] == ["hello", "mycreate", "4561255354251345929", "218", "text"]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_wechatpy_and_we_read_each_other(text: str) -> None:
    theirs = WeChatCrypto(*C_KEYS)
    reply = ElementTree.fromstring(theirs.encrypt_message(text, "n", "1400000000"))
    sealed, signature = reply.findtext("Encrypt") or "", reply.findtext("MsgSignature") or ""
    C.verify(signature, "1400000000", "n", sealed)
    assert C.open(sealed) == text.encode()
    mine = C.close(text.encode())
    assert theirs.check_signature(C.signature("1", "n", mine), "1", "n", mine) == text


def test_whatever_is_turned_round_is_refused() -> None:
    _, signature, stamp, nonce, _, sealed = ECHOES[0]
    other = ("0" if signature[0] != "0" else "1") + signature[1:]
    for wrong in (other, "", signature.upper(), signature[:-1], "签名"):
        with pytest.raises(BadSeal, match="signature"):
            A.verify(wrong, stamp, nonce, sealed)
    with pytest.raises(BadSeal, match="signature"):
        A.verify(signature, stamp, nonce + "1", sealed)


def encrypted(plain: bytes) -> str:
    """Any bytes under A's key, without the rules of the seal."""
    key = base64.b64decode("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


HEAD = b"r" * 16 + b"\x00\x00\x00\x02hi" + b"wx5823bf96d3bd56c7"  # 40 bytes: 24 of padding


@pytest.mark.parametrize(
    ("sealed", "why"),
    [
        (encrypted(HEAD + bytes([24]) * 24), ""),
        (encrypted(HEAD + b"\x01" * 23 + bytes([24])), "padding"),
        (encrypted(HEAD + bytes([24]) * 23 + b"\x00"), "padding"),
        (encrypted(HEAD + b"\x28" * 40), "padding"),
        (encrypted(bytes([33]) * 48), "padding"),
        (encrypted(b"\x10" * 16), "length"),
        (encrypted(b"r" * 16 + b"\xff\xff\xff\xff" + b"\x0c" * 12), "length"),
        (encrypted(b"r" * 16 + b"\x00\x00\x00\x02hi" + b"wx5823bf96d3bd56c8" + bytes([24]) * 24), "receiver"),
        (encrypted(b"r" * 16 + b"\x00\x00\x00\x02hi" + b"\x0a" * 10), "receiver"),
        ("", "blocks"),
        ("QUJD", "blocks"),
        ("不是", "base64"),
        ("Zm9v Zm9v", "base64"),
    ],
)
def test_padding_length_and_receiver_are_all_looked_at(sealed: str, why: str) -> None:
    if not why:
        assert A.open(sealed) == b"hi"
        return
    with pytest.raises(BadSeal, match=why):
        A.open(sealed)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_breaks(noise: bytes) -> None:
    for sealed in (base64.b64encode(noise).decode(), encrypted(noise[: len(noise) // 16 * 16])):
        try:
            A.open(sealed)
        except BadSeal:
            continue
        pytest.fail("noise was taken")


def test_keys_that_cannot_be_right_are_refused_in_words() -> None:
    for token, key in (("", "a" * 43), ("t", "a" * 42), ("t", "a" * 42 + "!"), ("t", "")):
        with pytest.raises(ValueError, match="WECOM_"):
            Seal(token, key, "corp")


def test_every_length_round_a_block_comes_back() -> None:
    for size in range(70):
        content = secrets.token_bytes(size)
        assert B.open(B.close(content)) == content
