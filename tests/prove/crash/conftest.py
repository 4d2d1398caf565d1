import pytest

from tests.databases import KINDS
from tests.prove.crash.lives import LIVES
from tests.prove.crash.starter import Starter


def pytest_generate_tests(metafunc):
    """Each life on each database."""
    if "life" in metafunc.fixturenames:
        pairs = [(life, kind) for life in LIVES for kind in KINDS]
        metafunc.parametrize(("life", "kind"), pairs, ids=[f"{life}-{kind}" for life, kind in pairs])


@pytest.fixture(scope="session")
def starter():
    """Whoever starts processes, for all tests of this worker."""
    made = Starter()
    yield made
    made.close()
