"""Which browser the tests drive, and what happens on a computer that has none."""

import os
import sys
from pathlib import Path

import pytest

from tests.browser.chromium import Computer, Ended, NotABrowser, ensure, find, main, started
from tests.browser.conftest import go_without

UPDATE = ["apt-get", "update"]
OWN = [sys.executable, "-m", "playwright", "install", "chromium"]


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A computer with nothing on it but what a test puts on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def program(tmp_path):
    """Put a shell script on the PATH."""

    def write(name, script="echo Chromium 150.0.1"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return write


class Installer:
    """Runs no installation, but notes it; `brings` is what a successful one does."""

    def __init__(self, code=0, brings=lambda: None):
        self.code = code
        self.brings = brings
        self.asked = []

    def __call__(self, command, seconds):
        if "install" not in command and command != UPDATE:
            return started(command, seconds)
        self.asked.append(command)
        if "install" in command:
            self.brings()
        return Ended(self.code, "what the installer wrote")


@pytest.fixture
def computer(tmp_path):
    (tmp_path / "NotoColorEmoji.ttf").touch()

    def made(run=started, *, root_on_debian=False, fonts=tmp_path):
        return Computer(root_on_debian=root_on_debian, fonts=fonts, applications=(), run=run)

    return made


def apt_install(*packages):
    return ["apt-get", "install", "-y", "--no-install-recommends", *packages]


def test_chromium_of_the_environment_comes_before_the_one_on_path(program, computer, monkeypatch):
    program("chromium")
    chosen = program("my-browser")
    monkeypatch.setenv("CHROMIUM", chosen)

    assert find(computer()) == chosen


@pytest.mark.parametrize("chosen", ["/nowhere/chromium", "/"])
def test_a_chromium_that_cannot_be_started_is_an_error_and_not_passed_over(
    program, computer, monkeypatch, capsys, chosen
):
    program("chromium")
    monkeypatch.setenv("CHROMIUM", chosen)

    with pytest.raises(NotABrowser, match="does not answer to --version: set it"):
        find(computer())
    assert main(computer()) == 1
    assert f"CHROMIUM={chosen} does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    "stub", ["echo 'requires the chromium snap to be installed, 1.0' >&2; exit 1", "echo run the snap; exit 0"]
)
def test_a_stub_that_only_asks_for_a_snap_is_passed_over(program, computer, stub):
    program("chromium-browser", stub)
    assert find(computer()) is None

    chrome = program("google-chrome", "echo Google Chrome 150.0.1")
    assert find(computer()) == chrome


def test_a_command_that_hangs_is_given_up():
    assert started(["/bin/sh", "-c", "exec /bin/sleep 60"], 0.1) == Ended(124, "no end after 0.1 seconds")


def test_chrome_of_a_mac_is_found_in_its_applications(program):
    chrome = program("Google Chrome")

    assert find(Computer(root_on_debian=False, applications=("/nowhere/Chrome", chrome))) == chrome


def test_the_download_of_playwright_is_found_where_it_is(program):
    own = program("chrome")

    def run(command, seconds):
        return Ended(0, f"a warning\n{own}\n") if command[0] == sys.executable else started(command, seconds)

    assert find(Computer(root_on_debian=False, applications=(), run=run)) == own


def test_root_on_debian_gets_the_package_of_debian(program, computer):
    installer = Installer(brings=lambda: program("chromium-headless-shell"))

    assert ensure(computer(installer, root_on_debian=True)) == str(Path(os.environ["PATH"], "chromium-headless-shell"))
    assert installer.asked == [UPDATE, apt_install("chromium-headless-shell", "fonts-noto-color-emoji")]


def test_everyone_else_gets_the_download_of_playwright(program, computer):
    installer = Installer(brings=lambda: program("chromium"))

    assert ensure(computer(installer)) == str(Path(os.environ["PATH"], "chromium"))
    assert installer.asked == [OWN]


@pytest.mark.parametrize("root_on_debian", [True, False])
def test_nothing_is_installed_where_a_browser_is(program, computer, root_on_debian):
    chromium = program("chromium")
    installer = Installer()

    assert ensure(computer(installer, root_on_debian=root_on_debian)) == chromium
    assert installer.asked == []


@pytest.mark.parametrize("code", [0, 100])
def test_a_missing_emoji_font_is_fetched_but_not_insisted_on(program, computer, tmp_path, code):
    chromium = program("chromium")
    installer = Installer(code)

    assert ensure(computer(installer, root_on_debian=True, fonts=tmp_path / "none")) == chromium
    assert installer.asked == [UPDATE, apt_install("fonts-noto-color-emoji")][: 1 if code else 2]


@pytest.mark.parametrize(("ci", "code", "outcome"), [("", 0, "will be skipped"), ("true", 1, "this is a failure")])
@pytest.mark.parametrize(("root_on_debian", "tried"), [(True, "apt-get update"), (False, "playwright install")])
def test_no_browser_to_be_had_is_told_and_fails_only_in_ci(
    computer, monkeypatch, capsys, ci, code, outcome, root_on_debian, tried
):
    monkeypatch.setenv("CI", ci)

    assert main(computer(Installer(code=100), root_on_debian=root_on_debian)) == code
    told = capsys.readouterr().err
    assert "what the installer wrote" in told
    sentence = told.splitlines()[-1]
    assert all(part in sentence for part in ("No browser answers", tried, outcome, "install Chromium or set CHROMIUM"))


def test_a_successful_installation_says_nothing_of_what_it_wrote(program, computer, capsys):
    assert main(computer(Installer(brings=lambda: program("chromium")))) == 0
    assert "what the installer wrote" not in capsys.readouterr().err


@pytest.mark.parametrize(("ci", "ending"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_without_a_browser_its_tests_are_skipped_on_a_laptop_and_fail_in_ci(monkeypatch, ci, ending):
    monkeypatch.setenv("CI", ci)

    with pytest.raises(
        (pytest.skip.Exception, pytest.fail.Exception), match=r"No browser answers.*; install Chromium or set"
    ) as ended:
        go_without()
    assert ended.type is ending


async def test_the_browser_opens_a_page(browser):
    page = await browser.new_page()
    await page.goto("data:text/html,<title>Paylink</title>")

    assert await page.title() == "Paylink"
    await page.close()
