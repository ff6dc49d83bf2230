"""`python -m dipmaster.core.params`: write params.schema.json for editors."""

import json
from pathlib import Path

from dipmaster.core.params import ParamsFile

SCHEMA_FILE = Path("params.schema.json")


def render_schema() -> str:
    """JSON schema of params.yaml, as committed."""
    schema = ParamsFile.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(render_schema(), encoding="utf-8")
    print(f"wrote {SCHEMA_FILE}")
