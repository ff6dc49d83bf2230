"""The toy rows, made once."""

import pytest

from tests.learning.rows import Rows, made_rows


@pytest.fixture(scope="session")
def toy_rows() -> Rows:
    """1,575 rows in five coins."""
    return made_rows(1_500)
