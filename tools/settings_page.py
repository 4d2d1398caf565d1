"""`make settings-page`: writes the tables of docs/settings.md from the fields of `bot.settings.Settings`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.settings import Settings  # noqa: E402  importable only from the project's root

PAGE = ROOT / "docs" / "settings.md"
BEGIN = "<!-- make settings-page writes from here -->"
END = "<!-- to here -->"
GROUPS = ("SLACK", "DINTERO", "PAYLINK")
_NONE = (None, frozenset())


def updated(page: str) -> str:
    """The page with the tables between the two markers replaced by those of the program."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def tables() -> str:
    """One table per group of settings, in the order of the fields."""
    return "\n".join("\n".join([f"### `{group}_…`", "", *_table(group), ""]) for group in GROUPS)


def _table(group: str) -> Iterator[str]:
    yield "| Name | Default | Description |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        if name.upper().startswith(f"{group}_"):
            yield f"| `{name.upper()}` | {_default(field)} | {(field.description or '').replace('|', '&#124;')} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    return "none" if field.default in _NONE else f"`{field.default}`"


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text()))
