"""The digest of the code that an evaluation is registered with, taken once in a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from dipmaster.trials import identity


@contextmanager
def digest_code_once() -> Iterator[None]:
    """Sources stay as they are while tests run: they are parsed once, not at every evaluation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "digest_code", cache(identity.digest_code))
        yield
