"""The command line: `paylink serve | migrate | check | new-key | rotate-key`."""

import asyncio
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from bot.settings import BadSettings, Settings, read_settings


class _App(typer.Typer):
    """Ends in a sentence, whatever happens: a traceback may show what the settings hold."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Run a command. Raises SystemExit."""
        try:
            return super().__call__(*args, **options)
        except Exception as problem:  # noqa: BLE001  the last there is
            sys.exit(_unexpected(problem))


def _unexpected(problem: BaseException) -> str:
    """Where it happened and of what kind it was, for a report; its message may hold anything."""
    ours = f"{_HOME}/bot/", f"{_HOME}/storage/"
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.startswith(ours)]
    where = f" at {frames[-1].filename.removeprefix(_HOME)}:{frames[-1].lineno}" if frames else ""
    return f"Paylink ends: {type(problem).__name__}{where} was not expected. Please report it with this line."


_HOME: Final = str(Path(__file__).parent.parent)

app = _App(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they draw every local variable, and some hold secrets
    help="Payment links from Slack. All settings are environment variables; docs/settings.md lists them.",
)

_MARKS: Final = {True: "ok  ", False: "FAIL", None: "?   "}


@app.command()
def serve() -> None:
    """Run the bot until it is stopped."""
    settings = _settings()
    from uvicorn.loops.auto import auto_loop_factory  # noqa: PLC0415  the other commands need none of it

    from bot.serving import serve as run  # noqa: PLC0415  nor of this

    try:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(run(settings))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@app.command()
def migrate() -> None:
    """Bring the database up to this program's schema."""
    from storage.engine import open_engine, opening  # noqa: PLC0415
    from storage.fitness import why_unfit  # noqa: PLC0415
    from storage.schema import upgrade  # noqa: PLC0415

    async def run(url: str) -> None:
        engine = open_engine(url)
        with opening(engine):
            if (why := await why_unfit(engine)) is not None:
                raise ValueError(why)
            await upgrade(engine)
        await engine.dispose()

    try:
        asyncio.run(run(_settings().paylink_database_url))
    except ValueError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    typer.echo("The database is up to date.")


@app.command()
def check(*, as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON object.")] = False) -> None:
    """Try every connection and say what is wrong and how to mend it."""
    from bot import diagnostics  # noqa: PLC0415
    from bot.finding import Finding  # noqa: PLC0415
    from bot.journal import keep_quiet  # noqa: PLC0415

    keep_quiet()
    try:
        findings = asyncio.run(diagnostics.check(read_settings()))
    except BadSettings as problem:
        if not as_json:
            _refuse_settings(problem)
        lines = [line.partition(": ") for line in str(problem).splitlines()]
        typer.echo(diagnostics.as_json([Finding(name, False, words) for name, _, words in lines]))
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(diagnostics.as_json(findings))
    for finding in findings if not as_json else ():
        typer.echo(f"{_MARKS[finding.well]} {finding.about}: {finding.words}")
    if any(finding.well is False for finding in findings):
        raise typer.Exit(1)


@app.command("new-key")
def new_key(count: Annotated[int, typer.Option(min=1, max=5)] = 1) -> None:
    """Print a fresh key for PAYLINK_SECRET_KEY."""
    from cryptography.fernet import Fernet  # noqa: PLC0415

    typer.echo(",".join(Fernet.generate_key().decode() for _ in range(count)))


@app.command("rotate-key")
def rotate_key() -> None:
    """Encrypt everything with the first key of PAYLINK_SECRET_KEY, while serve runs; can be stopped and begun again."""
    from bot.domain.readiness import SCHEMA_PROBLEMS  # noqa: PLC0415
    from storage.engine import file_to_make, open_engine, opening  # noqa: PLC0415
    from storage.keys import Rotation, rotate  # noqa: PLC0415
    from storage.schema import state_of  # noqa: PLC0415
    from storage.secrets import Secrets  # noqa: PLC0415

    async def run(settings: Settings) -> Rotation:
        engine = open_engine(settings.paylink_database_url)
        try:
            with opening(engine):
                state = "empty" if file_to_make(engine) else await state_of(engine)
                if state != "current":
                    raise ValueError(SCHEMA_PROBLEMS[state])
                return await rotate(engine, Secrets(settings.secret_keys))
        finally:
            await engine.dispose()

    try:
        done = asyncio.run(run(_settings()))
    except ValueError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{done.renewed} values were encrypted anew, {done.already} were under the first key already.")
    if done.lost:
        typer.echo(
            f"{done.lost} values open with none of the keys: put the key they were written with back behind the "
            "others, and run this again.",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo("The other keys can go: remove them from PAYLINK_SECRET_KEY, and restart every serve.")


@app.command("stop-following")
def stop_following(
    account: Annotated[str, typer.Argument(help="The Dintero account that is not used any more.")],
) -> None:
    """End following the links of a Dintero account that is not used any more; their cards say so."""
    from bot.stop_following import ask_and_stop  # noqa: PLC0415

    try:
        told = asyncio.run(
            ask_and_stop(_settings(), account, lambda question: typer.prompt(question, prompt_suffix=" "))
        )
    except ValueError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    typer.echo(told)


def _settings() -> Settings:
    try:
        return read_settings()
    except BadSettings as problem:
        _refuse_settings(problem)


def _refuse_settings(problem: BadSettings) -> NoReturn:
    typer.echo(f"These settings need another look:\n{problem}", err=True)
    raise typer.Exit(2) from None
