"""Fitted models to files and back: the libraries' own formats and JSON, nothing is pickled."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from dipmaster.core import store
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import format_time, to_timestamps
from dipmaster.learning.predictor import Model
from dipmaster.learning.refits import Refit, WalkForwardResult
from dipmaster.learning.tree_arrays import TreeArrays, read_arrays
from dipmaster.learning.tree_models import FILE_SUFFIX, Library, TreeModel, Trees
from dipmaster.results.serialisation import from_json, to_json

Stored = TypeVar("Stored")
Description = TypeVar("Description")

_HEAD = "model of so many characters: "


@dataclass(frozen=True)
class StoredRefit(Generic[Stored]):
    """A refit in a file.

    Attributes
    ----------
    fitted_at
        UTC.
    rows
        It could learn from.
    reason
        Why there is no model, which is then None.
    model
        What the file holds of it.
    """

    fitted_at: str
    rows: int
    reason: str
    model: Stored | None


def serialize_refits(
    result: WalkForwardResult[Model],
    serialize: Callable[[Model, int], Any] = lambda model, refit_ms: model,
) -> tuple[StoredRefit[Any], ...]:
    """Describe every refit of a layer, those without a model with the reason.

    Parameters
    ----------
    serialize
        A model and the moment of its fit to what the file holds of it; default the model itself.
    """
    return tuple(
        StoredRefit(
            format_time(refit.refit_ms),
            refit.rows,
            refit.reason,
            None if refit.model is None else serialize(refit.model, refit.refit_ms),
        )
        for refit in result.refits
    )


def write_models(models: Mapping[str, str], metadata: Mapping[str, Any], folder: Path) -> None:
    """Write texts of models and what describes them, each path below the folder to its content.

    Numbers keep every digit: what is read back predicts the same to the last bit.
    """
    for name, text in models.items():
        store.write_text(text, folder / name)
    for name, description in metadata.items():
        store.write_exact_json(to_json(description), folder / name)


def round_model(model: Stored) -> Stored:
    """The model with the digits that its file keeps: read back it says the same to the last bit."""
    return from_json(type(model), store.to_json_value(to_json(model)), type(model).__name__)


def name_tree_file(prefix: str, refit_ms: int, library: Library = "lgb") -> str:
    """Path of the trees of one refit, e.g. ``exit_models/risk_2023-03-02.txt``."""
    return f"{prefix}_{format_time(refit_ms)[:10]}.{FILE_SUFFIX[library]}"


def join_trees(trees: Sequence[Trees], library: Library = "lgb") -> str:
    """Trees of the models of one refit as one file: as fitted, those read back have no text."""
    texts = [one.to_text() for one in trees if isinstance(one, TreeModel)]
    assert len(texts) == len(trees), "only a stage writes models, those that it has fitted"
    return join_models(texts, library)


def join_models(texts: Sequence[str], library: Library = "lgb") -> str:
    """Texts of the models of one refit as one file, so that a refit stays one file.

    LightGBM's stand one after another, each under a line that tells its length; XGBoost's
    are the elements of a JSON array.
    """
    if library == "xgb":
        return f"[{','.join(texts)}]"
    return "".join(f"{_HEAD}{len(text)}\n{text}\n" for text in texts)


def split_models(joined: str, library: Library = "lgb") -> tuple[str, ...]:
    """The texts that `join_models` wrote; of XGBoost each as compact JSON.

    Hand in what `read_verified_text` returns.

    Raises
    ------
    ValueError
        Where it is no such file.
    """
    if library == "xgb":
        return tuple(json.dumps(one, separators=(",", ":")) for one in json.loads(joined))
    texts, place = [], 0
    while place < len(joined):
        end_of_head = joined.index("\n", place)
        length = int(joined[place:end_of_head].removeprefix(_HEAD))
        texts.append(joined[end_of_head + 1 : end_of_head + 1 + length])
        place = end_of_head + length + 2
    return tuple(texts)


def to_fit_times(fitted_ms: Ints) -> "pd.Index[pd.Timestamp]":
    """When models were fitted, for tables; missing where -1."""
    return to_timestamps(fitted_ms).where(fitted_ms >= 0)


def hash_text(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_verified_text(path: Path, sha256: str, fix: str) -> str:
    """Read a text and demand that it is the one whose digest is on record.

    Raises
    ------
    PipelineError
        Where it is not there or no text.
    DataError
        Where it is another.
    """
    text = store.read_text(path)
    if hash_text(text) != sha256:
        expected = "the text whose SHA-256 is on record beside it"
        raise data_error(str(path), expected, "another text", fix)
    return text


def read_trees(
    path: Path, sha256: str, library: Library, beside: Sequence[Description], about: Path, fix: str
) -> tuple[tuple[Description, TreeArrays], ...]:
    """The trees of one refit, one model a run of time, each with its description.

    Parameters
    ----------
    beside, about
        What stands beside the trees, one a model, and the file that describes them.

    Raises
    ------
    PipelineError, DataError
        As `read_verified_text`; DataError where a model has no description.
    """
    texts = split_models(read_verified_text(path, sha256, fix), library)
    if len(texts) != len(beside):
        expected = f"as many models as {path.name} holds, {len(texts)}"
        raise data_error(str(about), expected, f"{len(beside)}", fix)
    return tuple((one, read_arrays(text, library)) for one, text in zip(beside, texts, strict=True))


def restore_refits(
    refits: Sequence[StoredRefit[Stored]], restore: Callable[[Stored], Model], path: Path, fix: str
) -> tuple[Refit[Model], ...]:
    """Turn what `serialize_refits` wrote into refits again.

    Parameters
    ----------
    restore
        What the file holds of a model to the model.
    path, fix
        The file and what the user can do, for the error.

    Raises
    ------
    DataError
        Where a moment is no time, or they do not rise.
    """
    texts = [refit.fitted_at for refit in refits]
    try:
        times = np.array([text.removesuffix("Z") for text in texts], dtype="datetime64[ms]")
    except ValueError as error:
        raise data_error(str(path), "times of refits", str(error), fix) from error
    if np.any(np.diff(times) <= np.timedelta64(0)):
        raise data_error(str(path), "refits that rise in time", ", ".join(texts), fix)
    return tuple(
        Refit(ms, one.rows, None if one.model is None else restore(one.model), one.reason)
        for ms, one in zip(times.astype(np.int64).tolist(), refits, strict=True)
    )
