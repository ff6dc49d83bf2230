"""Where a compiled kernel lies inside the folder named after its sources."""

from pathlib import Path

from numba.core.caching import UserProvidedCacheLocator


class KernelCacheLocator(UserProvidedCacheLocator):  # type: ignore[misc]  # numba is untyped
    """The same place for every copy of the project.

    numba would add the path of the source, and a copy would compile everything again.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        """Name of the folder that the source lies in."""
        return Path(py_file).parent.name
