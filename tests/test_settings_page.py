"""docs/settings.md lists the settings that the program has."""

from bot.settings import Settings
from tools.settings_page import PAGE, updated


def test_the_settings_page_is_up_to_date():
    page = PAGE.read_text()

    assert page == updated(page), "docs/settings.md is stale: run `make settings-page`"


def test_every_setting_has_a_description_and_a_row():
    page = PAGE.read_text()

    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    assert [name for name in Settings.model_fields if f"| `{name.upper()}` |" not in page] == []
