"""The providers, one a file, and which of them `alternative_data.provider` names."""

from collections.abc import Callable
from pathlib import Path

from dipmaster.altdata.provider import Provider
from dipmaster.altdata.providers.files import build_files_provider
from dipmaster.altdata.providers.none import build_empty_provider
from dipmaster.altdata.providers.simulated import build_simulated_provider
from dipmaster.core.params.alternative import AlternativeData

PROVIDERS: dict[str, Callable[[AlternativeData, Path], Provider]] = {
    "simulated": build_simulated_provider,
    "files": build_files_provider,
    "none": build_empty_provider,
}
"""Name to a function of the params and the project's folder."""


def build_provider(params: AlternativeData, project: Path = Path()) -> Provider:
    """Build the provider that the params name.

    Parameters
    ----------
    project
        Folder that paths of the catalog are relative to.

    Raises
    ------
    DataError
        Files that cannot be used.
    """
    return PROVIDERS[params.provider](params, project)


def check_files(params: AlternativeData, project: Path = Path()) -> None:
    """Read the files of alternative data, where the params name them, and keep nothing.

    A run asks at its start, so that a bad file stops it while all earlier results are there.

    Raises
    ------
    DataError
        As `build_provider`.
    """
    if params.provider == "files":
        build_files_provider(params, project)
