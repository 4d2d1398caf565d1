"""Dintero's checkout inside our own page, by Dintero's Web SDK, which we serve ourselves (Dintero reference §17)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_LARGEST: Final = 1_000_000
_LANGUAGES: Final = {"nb": "no"}
"""Dintero's names for languages, where they are not ours."""

SCRIPT: Final = (Path(__file__).parent / "static" / "embed.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """The SDK's own file, and the origin that its frame comes from."""

    sdk: str
    origin: str

    @property
    def policy(self) -> str:
        """What the page's policy has to allow for it; the SDK writes its frame's size into a style attribute."""
        return f"frame-src {self.origin}; style-src-attr 'unsafe-inline'; "


def read_embedding(sdk: Path, checkout_url: str) -> Embedding:
    """The embedding with the SDK that stands in a file.

    Raises:
        ValueError: with a sentence, when the file is none that can be served.

    """
    try:
        script = sdk.read_bytes()
        text = script.decode()
    except (OSError, UnicodeDecodeError):
        raise ValueError("this file cannot be read; write the path of dintero-checkout-web-sdk.umd.min.js") from None
    if not 0 < len(script) <= _LARGEST:
        raise ValueError("this is not the SDK: it is empty, or larger than a megabyte")
    checkout = urlsplit(checkout_url)
    return Embedding(sdk=text, origin=f"{checkout.scheme}://{checkout.netloc}")


def dinteros_language(language: str) -> str:
    """How the SDK calls one of our languages."""
    return _LANGUAGES.get(language, language)
