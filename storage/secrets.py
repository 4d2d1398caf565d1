"""Encryption by PAYLINK_SECRET_KEY; and the phone search's hash and the links' tokens, made from the seed."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MEND: Final = "Make one with: paylink new-key"
_KEY_BYTES: Final = 32
_TOKEN_BYTES: Final = 24


class KeyGone(ValueError):
    """None of the keys opens what is stored; the message says how to mend it."""


class Secrets:
    """One or more Fernet keys, newest first, and the seed.

    The newest key encrypts, all decrypt: to rotate, put a new key in front, and once everything is encrypted anew
    (storage/keys.py) the others can go. Tokens and phone hashes are compared and not decrypted, and tokens are in
    customers' hands: they are made from the seed, which stays, and is itself kept encrypted. Without one, as in
    databases from before there were seeds, it is the last key.
    """

    def __init__(self, keys: Sequence[str], seed: bytes | None = None) -> None:
        """Check the keys.

        Raises:
            ValueError: when there is none, or one is not 32 bytes in URL-safe base64; says the mend.

        """
        if not keys:
            raise ValueError(f"PAYLINK_SECRET_KEY: there is no key. {_MEND}")
        raw = [_read(key, number) for number, key in enumerate(keys, 1)]
        boxes = [Fernet(base64.urlsafe_b64encode(key)) for key in raw]
        self._newest, self._box = boxes[0], MultiFernet(boxes)
        self.seed = seed or raw[-1]
        self._phones = _sub_key(self.seed, b"paylink phone search 1")
        self._tokens = _sub_key(self.seed, b"paylink link token 1")

    def encrypt(self, text: str) -> str:
        """Make `text` unreadable without the key."""
        return self._box.encrypt(text.encode()).decode()

    def decrypt(self, box: str) -> str:
        """Read what `encrypt` made with any of the keys.

        Raises:
            KeyGone: when none of the keys opens it.

        """
        try:
            return self._box.decrypt(box).decode()
        except InvalidToken:
            raise KeyGone(
                "No key in PAYLINK_SECRET_KEY opens what is stored. Put the key it was written with back, "
                "behind the newer ones."
            ) from None

    def is_newest(self, box: str) -> bool:
        """Whether the newest key opens it."""
        try:
            self._newest.decrypt(box)
        except InvalidToken:
            return False
        return True

    def phone_hash(self, phone: str) -> str:
        """The same for the same E.164 number, and of no use without the key (there are few phone numbers)."""
        return hmac.new(self._phones, phone.encode(), hashlib.sha256).hexdigest()

    def token(self, link_id: str) -> str:
        """The link's capability token: 192 bits, fit for a URL, always the same for the same link."""
        digest = hmac.new(self._tokens, link_id.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode()


def token_hash(token: str) -> str:
    """What is stored of a token, so that a stolen database opens no link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _read(key: str, number: int) -> bytes:
    try:
        raw = base64.b64decode(key.strip(), altchars=b"-_", validate=True)
    except ValueError:
        raise ValueError(f"PAYLINK_SECRET_KEY: key {number} is not a key (not URL-safe base64). {_MEND}") from None
    if len(raw) != _KEY_BYTES:
        reason = f"{len(raw)} bytes instead of {_KEY_BYTES}"
        raise ValueError(f"PAYLINK_SECRET_KEY: key {number} is not a key ({reason}). {_MEND}")
    return raw


def _sub_key(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(key)
