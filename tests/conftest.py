"""Fixtures that several rooms share."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real market data; tests that need it skip where it is absent."""
    place = Path(os.environ.get("DIPMASTER_REAL_DATA", PROJECT.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(f"no real market data at {place}: set DIPMASTER_REAL_DATA")
    return place
