"""`python -m bot` is `paylink`."""

from bot.cli import app

app()
