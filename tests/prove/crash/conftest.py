import pytest

from tests.prove.crash.starter import Starter


@pytest.fixture(scope="session")
def starter():
    """Whoever starts processes, for all tests of this worker."""
    made = Starter()
    yield made
    made.close()
