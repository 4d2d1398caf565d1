"""What `make prove` does where nginx or PgBouncer is missing and cannot be installed."""

import pytest

from tests.browser.chromium import Computer
from tests.prove.proxies import programs

NOT_DEBIAN = Computer(root_on_debian=False)


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_it_fails_in_ci_and_says_elsewhere_what_is_skipped(monkeypatch, capsys, ci, code):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(programs, "find", lambda _: None)

    assert programs.main(NOT_DEBIAN) == code
    assert "nginx and pgbouncer not there: " in capsys.readouterr().err


def test_it_says_nothing_where_both_are_there(monkeypatch, capsys):
    monkeypatch.setattr(programs, "find", lambda name: f"/usr/sbin/{name}")

    assert programs.main(NOT_DEBIAN) == 0
    assert capsys.readouterr().err == ""
