"""params.schema.json: current, describes the committed file, and has its values as defaults."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dipmaster.cli.params_schema import render_schema
from dipmaster.core import store
from dipmaster.core.params.changes import flatten


@pytest.fixture(scope="module")
def values(project: Path) -> Any:
    return store.read_yaml(project / "params.yaml")


@pytest.fixture(scope="module")
def schema(values: Any) -> Any:
    return json.loads(render_schema(values))


def test_the_committed_schema_is_current(project: Path, values: Any) -> None:
    assert (project / "params.schema.json").read_text(encoding="utf-8") == render_schema(values)


def test_it_describes_the_committed_file(schema: Any, values: Any) -> None:
    jsonschema.validate(values, schema)
    other = copy.deepcopy(values)
    other["confidence"]["trees"]["depth"] = "deep"
    with pytest.raises(jsonschema.ValidationError, match="is not of type 'integer'"):
        jsonschema.validate(other, schema)


def test_every_param_has_its_value_as_default(schema: Any, values: Any) -> None:
    assert flatten(collect_defaults(schema)) == flatten(values)


def collect_defaults(part: Any) -> Any:
    if "default" in part:
        return part["default"]
    return {name: collect_defaults(inner) for name, inner in part["properties"].items()}
