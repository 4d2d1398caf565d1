import pytest

from bot.journal import open_journal


@pytest.fixture(autouse=True)
def journal_of_the_product():
    """Log as the product does: structlog's own style draws every local variable of a traceback, which takes seconds."""
    open_journal("text")
