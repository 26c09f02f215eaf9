"""The lock on WeCom's callbacks: signature, AES, padding and receiver, each checked strictly (platforms.md 1.3).

Source: WXBizMsgCrypt. Unlike its Python sample and wechatpy, signatures are compared in constant time, every padding byte
is looked at, and the length field must lie inside the text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM = 16
KEY = re.compile(r"[A-Za-z0-9]{43}")


class BadSeal(Exception):
    """A callback that is not from WeCom, not for us, or broken. The words name the check that failed and no content."""


class Seal:
    """Opens and closes what WeCom and we exchange. `receive_id` is the corp id of a self-built app."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        """Raises ValueError for a token or key that cannot be WeCom's."""
        if not token:
            raise ValueError("WECOM_TOKEN 没有设 / is not set")
        if not KEY.fullmatch(aes_key):
            raise ValueError("WECOM_AES_KEY 必须是 43 个字母或数字 / must be 43 letters or digits")
        self._token = token
        self._key = base64.b64decode(aes_key + "=")  # not strict: the last character carries two spare bits
        self._receive_id = receive_id.encode()

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Lower-case hex of the SHA-1 over the four strings, sorted and joined."""
        joined = "".join(sorted((self._token, timestamp, nonce, encrypted)))
        return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()

    def verify(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Raises BadSeal when WeCom did not sign this."""
        right = self.signature(timestamp, nonce, encrypted)
        if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")):
            raise BadSeal("signature")

    def open(self, encrypted: str) -> bytes:
        """The content of what `verify` has passed. Raises BadSeal."""
        try:
            sealed = base64.b64decode(encrypted.encode(), validate=True)
        except (binascii.Error, ValueError):
            raise BadSeal("base64") from None
        if not sealed or len(sealed) % 16:
            raise BadSeal("blocks")
        decryptor = self._cipher().decryptor()
        return self._content(_unpadded(decryptor.update(sealed) + decryptor.finalize()))

    def close(self, content: bytes, random: bytes = b"") -> str:
        """The encrypted form of an answer; `random` (16 bytes) is for test vectors only."""
        head = (random or secrets.token_bytes(RANDOM)) + struct.pack(">I", len(content))
        plain = head + content + self._receive_id
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def _content(self, plain: bytes) -> bytes:
        start = RANDOM + 4
        if len(plain) < start:
            raise BadSeal("length")
        (size,) = struct.unpack(">I", plain[RANDOM:start])
        if size > len(plain) - start:
            raise BadSeal("length")
        if not hmac.compare_digest(plain[start + size :], self._receive_id):
            raise BadSeal("receiver")
        return plain[start : start + size]


def _unpadded(plain: bytes) -> bytes:
    """Without its PKCS#7 padding to 32 bytes."""
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or len(plain) < pad or plain[-pad:] != bytes([pad]) * pad:
        raise BadSeal("padding")
    return plain[:-pad]
