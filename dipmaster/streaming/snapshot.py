"""State of an engine to one file and back: named arrays, and in JSON what they belong to.

A file is written whole or not at all, so that a process may be killed at any moment. It belongs
to one market, one set of params and one set of models; with others it is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dipmaster.core import catalog, store
from dipmaster.core.errors import data_error
from dipmaster.core.params import Params
from dipmaster.streaming.engine import StreamEngine
from dipmaster.streaming.market import MarketFacts
from dipmaster.streaming.state import Saved, select_saved

VERSION = 1
_ABOUT, _STATE = "about", "state"


def identify_decisions(params: Params, facts: MarketFacts, sections: tuple[str, ...]) -> str:
    """SHA-256 of what decides beside bars: params, coins, and every stored model."""
    digest = hashlib.sha256()
    values = {name: getattr(params, name).model_dump(mode="json") for name in sections}
    market = {"symbols": facts.symbols, "columns": facts.columns, "first_ms": facts.first_ms}
    digest.update(json.dumps([values, market], sort_keys=True, default=list).encode())
    for folder in (catalog.CONFIDENCE_MODELS, catalog.EXIT_MODELS, catalog.ALTERNATIVE_MODELS):
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            digest.update(str(path).encode())
            digest.update(store.read_bytes(path))
    return digest.hexdigest()


def write_snapshot(
    engine: StreamEngine, decisions: str, path: Path, notes: Mapping[str, Any]
) -> None:
    """Write the state of an engine.

    Parameters
    ----------
    decisions
        Of `identify_decisions`.
    notes
        What else the caller wants back, for JSON.
    """
    about = {"version": VERSION, "decisions": decisions, "notes": dict(notes)}
    text = json.dumps(about, sort_keys=True).encode()
    state = {f"{_STATE}/{name}": one for name, one in engine.save().items()}
    store.write_arrays({_ABOUT: np.frombuffer(text, np.uint8), **state}, path)


def load_snapshot(engine: StreamEngine, decisions: str, path: Path) -> dict[str, Any]:
    """Put an engine where `write_snapshot` left it; return the notes.

    Raises
    ------
    PipelineError
        Where there is no such file, or it is damaged.
    DataError
        Where it belongs to another version, market, params or models.
    """
    stored = store.read_arrays(path)
    fix = "start without --snapshot, or name another file"
    if _ABOUT not in stored:
        raise data_error(str(path), "a snapshot", f"arrays {', '.join(stored)}", fix)
    about = json.loads(stored[_ABOUT].tobytes())
    if about["version"] != VERSION:
        raise data_error(str(path), f"version {VERSION}", f"version {about['version']}", fix)
    if about["decisions"] != decisions:
        expected = "a snapshot of this market, these params and these models"
        raise data_error(str(path), expected, "one of others", fix)
    state: Saved = select_saved(stored, _STATE)
    engine.load(state)
    notes: dict[str, Any] = about["notes"]
    return notes
