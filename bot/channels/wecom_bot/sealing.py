"""Cryptography of the AI bot: callback envelopes, encrypted files, and what we lock away for ourselves.

[WX 101033]: SHA1 over the sorted parts; AES-256-CBC, IV = first 16 bytes of the key, PKCS#7 to 32 bytes; the plaintext is 16
random bytes, a big-endian length, the message, and a receive id that is empty for a bot.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BLOCK = 32
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Forged(Exception):
    """The signature is not the platform's."""


class Unreadable(Exception):
    """Correctly signed or not: it cannot be decrypted."""


def bot_key(text: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 characters. Raises ValueError with words for the admin."""
    if not _KEY.fullmatch(text):
        raise ValueError("EncodingAESKey 必须是 43 位字母数字 / must be 43 letters and digits")
    return base64.b64decode(text + "=")


def file_key(text: str) -> bytes:
    """The 32 bytes of a file's own key, which may come without its `=`. Raises Unreadable."""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("the file's key is no base64") from None
    if len(key) != 32:
        raise Unreadable(f"the file's key has {len(key)} bytes, not 32")
    return key


def unpadded(data: bytes) -> bytes:
    """Without its PKCS#7 padding of 1 to 32 equal bytes, all of them checked. Raises Unreadable."""
    count = data[-1] if data else 0
    if not 1 <= count <= BLOCK or data[-count:] != bytes([count]) * count:
        raise Unreadable("the padding is wrong")
    return data[:-count]


class Unsealing:
    """Decrypts a file piece by piece; the end is held back until the padding can be seen."""

    def __init__(self, key: bytes) -> None:
        self._aes = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        self._held = b""

    def more(self, data: bytes) -> bytes:
        """What is surely content."""
        plain = self._held + self._aes.update(data)
        self._held = plain[-BLOCK:]
        return plain[:-BLOCK]

    def end(self) -> bytes:
        """The last content. Raises Unreadable when the file was cut off or the key is another's."""
        try:
            return unpadded(self._held + self._aes.finalize())
        except ValueError:
            raise Unreadable("the length is no multiple of the block") from None


class Envelope:
    """Opens what the platform sends to the callback and closes what we answer."""

    def __init__(self, token: str, aes_key: str, noise: Callable[[int], bytes] = os.urandom) -> None:
        self._token = token
        self._key = bot_key(aes_key)
        self._noise = noise

    def signature(self, timestamp: str, nonce: str, sealed: str) -> str:
        """Lower-case hex."""
        joined = "".join(sorted((self._token, timestamp, nonce, sealed)))
        return hashlib.sha1(joined.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()

    def open(self, sealed: str, *, signature: str, timestamp: str, nonce: str) -> str:
        """The message. Raises Forged before anything is decrypted, Unreadable after."""
        wanted = self.signature(timestamp, nonce, sealed)
        if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
            raise Forged
        try:
            data = base64.b64decode(sealed, validate=True)
            aes = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).decryptor()
            plain = unpadded(aes.update(data) + aes.finalize())
            return _message(plain)
        except (binascii.Error, ValueError):
            raise Unreadable("no ciphertext of ours") from None

    def seal(self, message: str, *, timestamp: int, nonce: str) -> dict[str, str | int]:
        """The reply's body. `nonce` is the callback's own [WX 101033]."""
        data = message.encode("utf-8", "replace")
        plain = self._noise(16) + len(data).to_bytes(4, "big") + data
        pad = BLOCK - len(plain) % BLOCK
        aes = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).encryptor()
        sealed = base64.b64encode(aes.update(plain + bytes([pad]) * pad) + aes.finalize()).decode()
        signed = self.signature(str(timestamp), nonce, sealed)
        return {"encrypt": sealed, "msgsignature": signed, "timestamp": timestamp, "nonce": nonce}


def _message(plain: bytes) -> str:
    length = int.from_bytes(plain[16:20], "big")
    if len(plain) < 20 or 20 + length > len(plain):
        raise Unreadable("the length field is out of bounds")
    if plain[20 + length :]:
        raise Unreadable("the receive id is not empty: it was meant for another application")
    return plain[20 : 20 + length].decode("utf-8")


class Locker:
    """Locks a secret that must lie in a shared note, under a key that only workers with the bot's AES key can derive. The
    note's own name is bound in, so that one note cannot be put in another's place."""

    def __init__(self, aes_key: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chengdan wecom-bot response_url")
        self._aes = AESGCM(derive.derive(bot_key(aes_key)))

    def lock(self, secret: str, name: str) -> str:
        """Base64."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + self._aes.encrypt(nonce, secret.encode(), name.encode())).decode()

    def unlock(self, locked: str, name: str) -> str:
        """Raises Unreadable when the key was changed meanwhile or the note is another's."""
        try:
            data = base64.b64decode(locked, validate=True)
            return self._aes.decrypt(data[:12], data[12:], name.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise Unreadable("locked under another key") from None
