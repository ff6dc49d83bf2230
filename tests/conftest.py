"""Fixtures that several rooms share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No timed tests: the first example compiles kernels. The same examples on every run.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real market data; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("DIPMASTER_REAL_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real market data at {folder}: set DIPMASTER_REAL_DATA")
    return folder
