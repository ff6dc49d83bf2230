"""Fixtures that several packages share."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

import dipmaster  # noqa: F401 -- one thread for native libraries, before anything loads numpy

# No timed tests: the first example compiles kernels. The same examples on every run.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
# Nor do they depend on which modules happen to be imported: constants in their sources are not
# drawn.
providers._get_local_constants = lambda: providers._local_constants

PROJECT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: the short ones fill what is left, and no worker waits long."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """All that was imported and collected stays: no search for cycles goes through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


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
