"""Fitted models to files and back: LightGBM's text and JSON, nothing is pickled.

``heads/<head>_<date>.txt`` holds the trees of a refit, ``heads.json`` and
``calibrator.json`` every refit of their level, those without a model with the
reason. What is read back says the same of a row, to the last bit.

LightGBM believes every text it is handed: a truncated or edited one ends the process
without a word. So the digest of each is on record, and no other text reaches it.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dipmaster.core import store
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import as_times
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS, ISO_UTC
from dipmaster.exits.heads import HEADS, Head, HeadName, head_of
from dipmaster.exits.layout import Rows
from dipmaster.exits.levels import CALIBRATOR_INPUTS, Scored, calibrator_inputs, said_by
from dipmaster.learning.logistic import Logistic, logistic_of
from dipmaster.learning.walk_forward import Refit

Record = dict[str, Any]
HEADS_FILE, CALIBRATOR_FILE = "heads.json", "calibrator.json"


def texts_of(scored: Scored) -> dict[str, str]:
    """Files of the heads, path under data/exits/models to content."""
    return {
        _place(name, refit): refit.model.text()
        for name, walk in scored.heads.items()
        for refit in walk.models
        if refit.model is not None
    }


def records_of(scored: Scored) -> dict[str, Record]:
    """Files that tell every refit, path to content for JSON."""
    heads = {
        name: [_told(refit, _head(name, refit)) for refit in walk.models]
        for name, walk in scored.heads.items()
    }
    calibrator = [
        _told(refit, None if refit.model is None else refit.model.record())
        for refit in scored.calibrator.models
    ]
    return {
        HEADS_FILE: {"inputs": list(EXIT_FEATURES), "heads": heads},
        CALIBRATOR_FILE: {"inputs": list(CALIBRATOR_INPUTS), "refits": calibrator},
    }


def _place(name: HeadName, refit: Refit[Head]) -> str:
    return f"heads/{name}_{when(refit.refit_ms)[:10]}.txt"


def _head(name: HeadName, refit: Refit[Head]) -> Record | None:
    if refit.model is None:
        return None
    return {
        "file": _place(name, refit),
        "sha256": _digest(refit.model.text()),
        "train_mean": refit.model.train_mean,
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(refit: Refit[Any], model: Record | None) -> Record:
    return {
        "fitted_at": when(refit.refit_ms),
        "rows": refit.rows,
        "reason": refit.reason,
        "model": model,
    }


def when(time_ms: int) -> str:
    """A time as outputs write it."""
    return str(as_times(np.array([time_ms], dtype=np.int64))[0].strftime(ISO_UTC))


@dataclass(frozen=True)
class StoredModels:
    """Models of both levels, read back: scores for positions that the stage did not know.

    Attributes
    ----------
    heads_ms, calibrator_ms
        Refits, rising.
    heads
        One entry a refit; None where one of the three has no model.
    calibrators
        One entry a refit; None where there is no model.
    """

    heads_ms: Ints
    heads: tuple[Mapping[HeadName, Head] | None, ...]
    calibrator_ms: Ints
    calibrators: tuple[Logistic | None, ...]

    def score(self, rows: Rows, signal_ms: Ints, cap_bars: int) -> Floats:
        """Exit probability of each row, shape (rows,); NaN where a level has no model.

        Parameters
        ----------
        signal_ms
            Shape (positions,), open times of the bars of the signals: the close of
            that bar decides which models speak of a position, all its life.
        cap_bars
            Longest holding time, as when the models were fitted.
        """
        decided = signal_ms[rows.position] + BAR_MS
        fold = np.searchsorted(self.heads_ms, decided, side="right") - 1
        level = np.searchsorted(self.calibrator_ms, decided, side="right") - 1
        spans = [
            (np.flatnonzero((fold == lower) & (level == upper)), heads, calibrator)
            for lower, heads in enumerate(self.heads)
            for upper, calibrator in enumerate(self.calibrators)
            if heads is not None and calibrator is not None
        ]

        def one(span: tuple[Ints, Mapping[HeadName, Head], Logistic]) -> Floats:
            part, heads, calibrator = span
            said = said_by(heads, rows.features[part])
            return calibrator.apply(calibrator_inputs(said, cap_bars))

        out = np.full(len(rows), np.nan)
        for span, values in zip(spans, in_threads(one, spans, "exit scores"), strict=True):
            out[span[0]] = values
        return out


def models_of(scored: Scored) -> StoredModels:
    """The models of a run that is still in memory; `read_models` gives the same back."""
    walks = [scored.heads[name] for name in HEADS]
    fitted = [
        {name: refit.model for name, refit in zip(HEADS, refits, strict=True)}
        for refits in zip(*(walk.models for walk in walks), strict=True)
    ]
    above = scored.calibrator.models
    return StoredModels(
        heads_ms=np.array([refit.refit_ms for refit in walks[0].models], np.int64),
        heads=tuple(_complete(models) for models in fitted),
        calibrator_ms=np.array([refit.refit_ms for refit in above], np.int64),
        calibrators=tuple(refit.model for refit in above),
    )


def read_models(folder: Path) -> StoredModels:
    """Read data/exits/models as the stage wrote it.

    Raises
    ------
    PipelineError
        Where a file is missing or holds no JSON.
    DataError
        Where one is not what the stage wrote.
    """
    told, top = (store.read_json(folder / name) for name in (HEADS_FILE, CALIBRATOR_FILE))
    with _as_written(folder / HEADS_FILE):
        _demand_same(told["inputs"], EXIT_FEATURES)
        by_head = {name: told["heads"][name] for name in HEADS}
        moments = [_moments(refits) for refits in by_head.values()]
        for other in moments:
            _demand_same(other.tolist(), moments[0].tolist())
        found = zip(*by_head.values(), strict=True)
        models = [{n: r["model"] for n, r in zip(HEADS, refits, strict=True)} for refits in found]
        heads = tuple(_heads(folder, one) for one in models)
    with _as_written(folder / CALIBRATOR_FILE):
        _demand_same(top["inputs"], CALIBRATOR_INPUTS)
        calibrator_ms = _moments(top["refits"])
        calibrators = tuple(_calibrator(refit["model"]) for refit in top["refits"])
    return StoredModels(moments[0], heads, calibrator_ms, calibrators)


_CURE = "remove data/exits and run `dvc repro`"


@contextlib.contextmanager
def _as_written(path: Path) -> Iterator[None]:
    """One form of error for whatever a description lacks."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise data_error(str(path), "refits as `exits` writes them", found, _CURE) from error


def _demand_same(found: Sequence[Any], expected: Sequence[Any]) -> None:
    if list(found) != list(expected):
        raise ValueError(f"{list(found)} where {list(expected)} was due")


def _heads(
    folder: Path, models: Mapping[HeadName, Record | None]
) -> Mapping[HeadName, Head] | None:
    return _complete(
        {
            name: None if model is None else _head_in(folder, name, model)
            for name, model in models.items()
        }
    )


def _head_in(folder: Path, name: HeadName, model: Record) -> Head:
    path = folder / model["file"]
    text = store.read_text(path)
    if _digest(text) != model["sha256"]:
        expected = f"the text whose SHA-256 is in {HEADS_FILE}"
        raise data_error(str(path), expected, "another text", _CURE)
    return head_of(name, text, model["train_mean"])


def _calibrator(model: Record | None) -> Logistic | None:
    if model is None:
        return None
    found = logistic_of(model)
    for numbers in (found.mean, found.sd, found.coefficient):
        if len(numbers) != len(CALIBRATOR_INPUTS):
            raise ValueError(f"{len(numbers)} numbers for {len(CALIBRATOR_INPUTS)} inputs")
    return found


def _complete(models: Mapping[HeadName, Head | None]) -> Mapping[HeadName, Head] | None:
    found = {name: model for name, model in models.items() if model is not None}
    return found if len(found) == len(HEADS) else None


def _moments(refits: list[Record]) -> Ints:
    times = [np.datetime64(refit["fitted_at"].removesuffix("Z"), "ms") for refit in refits]
    found = np.array(times, dtype="datetime64[ms]").astype(np.int64)
    if np.any(np.diff(found) <= 0):
        raise ValueError("refits that do not rise in time")
    return found
