"""`python -m dipmaster.cli.params_schema`: models and values of params.yaml to params.schema.json.

Editors show a param's meaning, bounds and default from it. Models that several sections share are
written out at each place, because each place has defaults of its own.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dipmaster.core import store
from dipmaster.core.params import ParamsFile

SCHEMA_FILE = Path("params.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/"


def render_schema(defaults: Mapping[str, Any]) -> str:
    """JSON schema of params.yaml, as committed.

    Parameters
    ----------
    defaults
        Values of the committed params.yaml.
    """
    schema = ParamsFile.model_json_schema()
    definitions = schema.pop("$defs")
    full = add_defaults(write_out(schema, definitions), defaults)
    return json.dumps({"$schema": DIALECT} | full, indent=2, sort_keys=True) + "\n"


def write_out(part: Any, definitions: Mapping[str, Any]) -> Any:
    """A part of a schema with what its references name in their places."""
    if isinstance(part, list):
        return [write_out(item, definitions) for item in part]
    if not isinstance(part, Mapping):
        return part
    target = part.get("$ref", "")
    if target.startswith(_REFERENCE):
        own = {key: value for key, value in part.items() if key != "$ref"}
        return write_out(definitions[target.removeprefix(_REFERENCE)] | own, definitions)
    return {key: write_out(value, definitions) for key, value in part.items()}


def add_defaults(schema: Mapping[str, Any], defaults: Any) -> dict[str, Any]:
    """The schema with a default at every param that `defaults` have."""
    properties = schema.get("properties")
    if properties is None or not isinstance(defaults, Mapping):
        return {**schema, "default": defaults}
    return {
        **schema,
        "properties": {
            name: add_defaults(part, defaults[name]) if name in defaults else dict(part)
            for name, part in properties.items()
        },
    }


if __name__ == "__main__":
    store.write_text(render_schema(store.read_yaml(store.PARAMS_FILE)), SCHEMA_FILE)
    print(f"wrote {SCHEMA_FILE}")
