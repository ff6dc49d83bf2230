"""Refits in files: what is written of each, texts with digests, times read back."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.panel import format_time
from dipmaster.core.params.confidence import BoostedTrees
from dipmaster.learning.cross_fitting import CrossFittedModel
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.model_store import (
    StoredRefit,
    hash_text,
    join_models,
    name_tree_file,
    read_verified_text,
    restore_refits,
    serialize_refits,
    split_models,
    to_fit_times,
)
from dipmaster.learning.refits import Refit, WalkForwardResult
from dipmaster.learning.tree_arrays import read_lightgbm
from dipmaster.learning.tree_models import Library, TreeModel, fit_trees
from dipmaster.results.serialisation import from_json, to_json

MODEL = Logistic((1.0, 2.0), (1.0, 1.0), (0.5, -0.25), 0.125)
MARCH, APRIL = 1_677_628_800_000, 1_680_307_200_000
HERE = Path("refits.json")
SIZES = BoostedTrees(
    seed=3, rounds=8, learning_rate=0.2, depth=2, min_leaf=5, column_frac=0.8, l2=1.0, max_bins=63
)


def result() -> WalkForwardResult[Logistic]:
    refits = Refit(MARCH, 3, None, "too few"), Refit(APRIL, 40, MODEL, "")
    nothing = np.zeros(0)
    return WalkForwardResult(nothing, nothing.astype(np.int64), refits, nothing.astype(bool))


def test_every_refit_is_written_with_its_model_or_the_reason() -> None:
    stored = serialize_refits(result())
    assert to_json(stored) == [
        {"fitted_at": "2023-03-01T00:00:00Z", "rows": 3, "reason": "too few", "model": None},
        {
            "fitted_at": "2023-04-01T00:00:00Z",
            "rows": 40,
            "reason": "",
            "model": {
                "kind": "logistic", "mean": [1.0, 2.0], "sd": [1.0, 1.0],
                "coefficient": [0.5, -0.25], "intercept": 0.125,
            },
        },
    ]  # fmt: skip
    assert from_json(tuple[StoredRefit[Logistic], ...], to_json(stored)) == stored
    described = serialize_refits(result(), lambda model, ms: [model.intercept, format_time(ms)])
    assert [one.model for one in described] == [None, [0.125, "2023-04-01T00:00:00Z"]]


def test_names_and_times() -> None:
    assert name_tree_file("heads/risk", APRIL) == "heads/risk_2023-04-01.txt"
    assert name_tree_file("regression/xgb", APRIL, "xgb") == "regression/xgb_2023-04-01.json"
    times = to_fit_times(np.array([APRIL, -1]))
    assert times.isna().tolist() == [False, True]
    assert format_time(int(times[0].timestamp() * 1000)) == "2023-04-01T00:00:00Z"


def test_refits_are_read_back() -> None:
    stored = serialize_refits(result())
    assert restore_refits(stored, lambda model: model, HERE, "fix it") == result().refits
    other = restore_refits(stored, lambda model: replace(model, intercept=7.0), HERE, "fix it")
    assert [refit.model and refit.model.intercept for refit in other] == [None, 7.0]


@pytest.mark.parametrize("damage", [["tomorrow"], ["2023-04-01T00:00:00Z", "2023-03-01T00:00:00Z"]])
def test_times_that_are_none_or_do_not_rise_are_refused(damage: list[str]) -> None:
    refits = [StoredRefit(text, 1, "", MODEL) for text in damage]
    with pytest.raises(DataError, match=r"(?s)refits\.json: expected .*fix it"):
        restore_refits(refits, lambda model: model, HERE, "fix it")


def test_another_text_than_the_one_on_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trees.txt"
    path.write_text("tree")
    assert read_verified_text(path, hash_text("tree"), "fix it") == "tree"
    with pytest.raises(DataError, match=r"(?s)trees\.txt: expected .*fix it"):
        read_verified_text(path, hash_text("tree "), "fix it")


def test_the_models_of_a_refit_are_one_file_that_predicts_the_same(tmp_path: Path) -> None:
    """LightGBM's texts back through the digest; XGBoost's as an array of its own JSON."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((300, 3))
    won = (x[:, 0] + rng.standard_normal(300) > 0).astype(float)
    weight, names = np.ones(300), ["a", "b", "c"]

    def fit(library: Library) -> CrossFittedModel[TreeModel]:
        return CrossFittedModel(
            tuple(
                fit_trees(library, x[rows], won[rows], weight[rows], SIZES, names, classifier=True)
                for rows in (slice(0, 200), slice(100, 300))
            ),
            "log_odds",
        )

    lgb = fit("lgb")
    joined = join_models([model.to_text() for model in lgb.models])
    (tmp_path / "lgb.txt").write_text(joined, encoding="utf-8")
    read = read_verified_text(tmp_path / "lgb.txt", hash_text(joined), "run again")
    back = CrossFittedModel(tuple(map(read_lightgbm, split_models(read))), "log_odds")
    assert back.predict(x).tobytes() == lgb.predict(x).tobytes()
    with pytest.raises(DataError, match="SHA-256"):
        read_verified_text(tmp_path / "lgb.txt", hash_text(joined[:-9]), "run again")
    xgb = [model.to_text() for model in fit("xgb").models]
    assert json.loads(join_models(xgb, "xgb")) == [json.loads(text) for text in xgb]


@pytest.mark.parametrize("texts", [[], ["one"], ["one\n", "", "model of so many characters: 3\n"]])
def test_any_texts_come_apart_again(texts: list[str]) -> None:
    assert split_models(join_models(texts)) == tuple(texts)


def test_a_file_of_something_else_does_not_come_apart() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        split_models("tree\nversion=v4\n")
