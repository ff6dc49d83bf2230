"""How a field differs from the rule "one key of the same name, always there"."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from pydantic import Discriminator, Tag

_OMITTED = "omitted"
_ALIAS = "alias"  # pydantic reads it too

OMITTED: Final = {_OMITTED: True}
"""Metadata of a field whose key is left out where it holds its default."""

# Two members of a union, which as a whole is annotated with `BY_REASON`: one holds figures, the
# other has a `reason` why there are none.
MEASURED = Tag("measured")
UNMEASURED = Tag("unmeasured")


def keyed(name: str) -> dict[str, str]:
    """Metadata of a field with a key that Python does not allow as a name."""
    return {_ALIAS: name}


def is_omitted(field: "dataclasses.Field[Any]", value: object) -> bool:
    """Whether the key of a field is left out."""
    return bool(field.metadata.get(_OMITTED)) and value == field.default


def key_of(field: "dataclasses.Field[Any]") -> str:
    """The key of a field."""
    return str(field.metadata.get(_ALIAS, field.name))


def _member(value: object) -> str:
    given = isinstance(value, Mapping) and "reason" in value
    return (UNMEASURED if given else MEASURED).tag


BY_REASON = Discriminator(_member)
"""Tells the members of a union apart, so that a fault is reported for the one that was meant."""
