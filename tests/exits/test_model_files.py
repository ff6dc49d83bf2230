"""Files of the models, and models read back from them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dipmaster.core import store
from dipmaster.core.errors import DataError, PipelineError
from dipmaster.exits.calibrator import build_calibrator_inputs, predict
from dipmaster.exits.exit_models import EXIT_MODELS
from dipmaster.exits.model_files import (
    StoredModels,
    collect_models,
    read_models,
    serialize_metadata,
    serialize_models,
)
from dipmaster.exits.scores import ExitScores
from dipmaster.learning.model_store import write_models
from dipmaster.results.serialisation import to_json
from tests.exits.made_up import MAX_HOLDING_BARS, Lifetimes, day, made_lifetimes, scored

pytestmark = pytest.mark.slow


def write_and_read(found: ExitScores, folder: Path) -> StoredModels:
    """Written as the stage does, read back."""
    write_models(serialize_models(found), serialize_metadata(found), folder)
    return read_models(folder)


def test_read_back_they_say_the_same_to_the_last_bit(
    some: Lifetimes, planted: ExitScores, tmp_path: Path
) -> None:
    probability = planted.exit_probability
    assert np.isfinite(probability).sum() > 1500
    for models in (write_and_read(planted, tmp_path), collect_models(planted)):
        np.testing.assert_array_equal(
            models.score(some.rows, some.signal_ms, MAX_HOLDING_BARS), probability
        )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_positions_that_the_stage_did_not_know(
    planted: ExitScores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    """Each row by the heads and the calibrator last fitted before its signal was decided."""
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    others = made_lifetimes(seed=8, count=120)
    found = write_and_read(planted, tmp_path).score(others.rows, others.signal_ms, MAX_HOLDING_BARS)
    decided = others.signal_ms[others.rows.position] + 300_000
    np.testing.assert_array_equal(np.isfinite(found), decided >= day(60))
    alone = collect_models(planted)
    for row in range(0, len(others.rows), 97):
        position = others.rows.position[row]
        one = made_lifetimes(seed=8, count=120)
        mask = one.rows.position == position
        rows = type(one.rows)(
            np.zeros(mask.sum(), np.int64), one.rows.bar[mask], one.rows.held[mask],
            one.rows.features[mask],
        )  # fmt: skip
        single = alone.score(rows, one.signal_ms[position : position + 1], MAX_HOLDING_BARS)
        np.testing.assert_array_equal(single, found[others.rows.position == position])


def test_a_signal_that_closes_as_models_are_fitted_is_scored_by_them(planted: ExitScores) -> None:
    """As in the walk; one that closes a bar earlier by those before."""
    models, few = collect_models(planted), made_lifetimes(seed=8, count=20)
    for early, fold in ((0, 2), (1, 1)):
        signal_ms = np.full(20, day(181) - (1 + early) * 300_000)
        of_fold = {name: refits[fold].model for name, refits in models.exit_models.items()}
        above = models.calibrators[fold].model
        assert above is not None
        by_hand = above.predict(
            build_calibrator_inputs(predict(of_fold, few.rows.features), MAX_HOLDING_BARS)
        )
        np.testing.assert_array_equal(models.score(few.rows, signal_ms, MAX_HOLDING_BARS), by_hand)


def test_what_the_files_are(planted: ExitScores) -> None:
    texts, metadata = serialize_models(planted), serialize_metadata(planted)
    days = ("2023-03-02", "2023-04-01", "2023-07-01", "2023-10-01")
    assert set(texts) == {f"exit_models/{name}_{when}.txt" for name in EXIT_MODELS for when in days}
    assert set(metadata) == {"exit_models.json", "calibrator.json"}
    written = json.loads(json.dumps(store.to_json_value(to_json(metadata))))
    assert [r["fitted_at"] for r in written["calibrator.json"]["refits"]] == [
        f"{when}T00:00:00Z" for when in days
    ]  # fmt: skip
    licences = written["calibrator.json"]["licences"]
    assert [one["fitted_at"][:10] for one in licences] == list(days)
    assert {len(r["model"]) for r in written["calibrator.json"]["refits"]} == {3}
    first = written["exit_models.json"]["exit_models"]["risk"][0]
    assert first["model"]["file"] == "exit_models/risk_2023-03-02.txt"
    assert first["reason"] == ""
    assert first["rows"] > 100


def test_a_quarter_without_a_model_has_no_scores(some: Lifetimes, tmp_path: Path) -> None:
    """Risk of one class until April: the heads of the first two fits lack one."""
    stopped = some.labels.stop_before_target.copy()
    early = some.signal_ms[some.rows.position] < day(90)
    stopped[early & (stopped >= 0)] = 0
    found = scored(some.with_(stop_before_target=stopped))
    models = write_and_read(found, tmp_path)
    assert [refit.model is None for refit in models.exit_models["risk"]] == [
        True,
        True,
        False,
        False,
    ]
    assert (
        "of one class"
        in serialize_metadata(found)["exit_models.json"].exit_models["risk"][0].reason
    )
    probability = models.score(some.rows, some.signal_ms, MAX_HOLDING_BARS)
    np.testing.assert_array_equal(probability, found.exit_probability)


def test_nothing_fitted_at_all(tmp_path: Path) -> None:
    few = made_lifetimes(count=20)
    found = scored(few)
    models = write_and_read(found, tmp_path)
    assert serialize_models(found) == {}
    assert np.isnan(models.score(few.rows, few.signal_ms, MAX_HOLDING_BARS)).all()
    assert "too few" in serialize_metadata(found)["calibrator.json"].refits[0].reason


def test_a_missing_file_names_the_fix(planted: ExitScores, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="dvc repro"):
        read_models(tmp_path)
    write_and_read(planted, tmp_path)
    (tmp_path / "exit_models/timing_2023-07-01.txt").unlink()
    with pytest.raises(PipelineError, match=r"(?s)timing_2023-07-01.*dvc repro"):
        read_models(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:3000],
        lambda text: "",
        lambda text: text.replace("leaf_value=-", "leaf_value=", 1),
        lambda text: text.replace("num_leaves=", "num_leafs=", 1),
    ],
)
def test_a_model_that_is_not_the_one_fitted_never_reaches_lightgbm(
    planted: ExitScores, tmp_path: Path, damage: Callable[[str], str]
) -> None:
    """A truncated text would end the process by a signal, with no error to read."""
    write_and_read(planted, tmp_path)
    path = tmp_path / "exit_models/risk_2023-04-01.txt"
    path.write_text(damage(path.read_text()))
    with pytest.raises(DataError, match=r"(?s)risk_2023-04-01\.txt: expected .*Fix"):
        read_models(tmp_path)


def test_a_model_that_is_no_text_names_the_fix(planted: ExitScores, tmp_path: Path) -> None:
    write_and_read(planted, tmp_path)
    (tmp_path / "exit_models/risk_2023-04-01.txt").write_bytes(bytes(range(256)))
    with pytest.raises(PipelineError, match=r"(?s)risk_2023-04-01\.txt is damaged.*Fix"):
        read_models(tmp_path)


def test_licences_are_read_back(planted: ExitScores, tmp_path: Path) -> None:
    """Positions from a licensed refit on may be acted on, until the next one."""
    licences = [replace(one, licensed=number == 2) for number, one in enumerate(planted.licences)]
    models = write_and_read(replace(planted, licences=tuple(licences)), tmp_path)
    days = np.array([59, 60, 180, 181, 272, 273])
    signal_ms = np.array([day(number) for number in days]) - 300_000
    assert models.licensed(signal_ms).tolist() == [False, False, False, True, True, False]


def damaged(metadata: Any, name: str) -> None:
    refits = metadata["exit_models"]["risk"] if "exit_models" in metadata else metadata["refits"]
    match name:
        case "a part":
            del metadata["exit_models" if "exit_models" in metadata else "refits"]
        case "inputs":
            metadata["inputs"].reverse()
        case "a moment":
            refits[1]["fitted_at"] = "tomorrow"
        case "order":
            refits.reverse()
        case "a refit":
            (
                metadata["exit_models"]["risk"]
                if "exit_models" in metadata
                else metadata["licences"]
            ).pop()
        case "a number":
            model = refits[1]["model"]
            (model["train_mean"] if "exit_models" in metadata else model[0]["sd"]).pop()
        case "a key":
            model = refits[1]["model"] if "exit_models" in metadata else refits[1]["model"][0]
            del model[sorted(model)[0 if "exit_models" in metadata else 1]]


@pytest.mark.parametrize("file", ["exit_models.json", "calibrator.json"])
@pytest.mark.parametrize(
    "what", ["a part", "inputs", "a moment", "order", "a refit", "a number", "a key"]
)
def test_a_damaged_description_names_the_fix(
    planted: ExitScores, tmp_path: Path, file: str, what: str
) -> None:
    write_and_read(planted, tmp_path)
    metadata = store.read_json(tmp_path / file)
    damaged(metadata, what)
    store.write_json(metadata, tmp_path / file)
    with pytest.raises(DataError, match=rf"(?s){file}: expected .*Fix"):
        read_models(tmp_path)
