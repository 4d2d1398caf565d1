import pytest

from bot.journal import open_journal
from tests import databases


@pytest.fixture(autouse=True)
def journal_of_the_product():
    """Log as the product does: structlog's own style draws every local variable of a traceback, which takes seconds."""
    open_journal("text")


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="proofs make all their attempts instead of a tenth")


def pytest_sessionfinish():
    databases.drop_template()
