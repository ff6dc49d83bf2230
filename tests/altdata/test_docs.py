"""The page on alternative data: its lists are those of the code."""

from pathlib import Path

import pytest

from dipmaster.altdata.files.formats import FORMATS
from dipmaster.altdata.microstructure import IMBALANCE_SOURCES
from dipmaster.altdata.providers import PROVIDERS
from dipmaster.core.params.alternative import AlternativeData


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs" / "alternative-data.md").read_text(encoding="utf-8")


def test_formats_providers_and_sources_are_listed(page: str) -> None:
    for name in {one.name for one in FORMATS}:
        assert f"| {name} |" in page
    for name in PROVIDERS:
        assert f"| `{name}` |" in page
    for name in IMBALANCE_SOURCES:
        assert f"`{name}` (" in page


def test_every_provider_of_the_params_is_there() -> None:
    allowed = AlternativeData.model_fields["provider"].annotation
    assert set(allowed.__args__) == set(PROVIDERS)  # type: ignore[union-attr]
