"""A description that tells of fewer models than a file of trees holds is refused, with a fix."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dipmaster.altdata.layer.model_files import read_models as read_layer
from dipmaster.confidence.model_files import read_models as read_scores
from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError
from dipmaster.exits import read_models as read_exits

pytestmark = [pytest.mark.slow, pytest.mark.replay]


def last_model(refits: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = [one["model"] for one in refits if one["model"] is not None][-1]
    return found


@pytest.mark.parametrize(
    ("read", "path", "find"),
    [
        (
            partial(read_scores, family="classifier", kind="platt"),
            catalog.CONFIDENCE_MODELS / "classifier/models.json",
            lambda told: last_model(told["models"]["xgb"])["residual_sd_frac"],
        ),
        (
            read_exits,
            catalog.EXIT_MODELS / "exit_models.json",
            lambda told: last_model(told["exit_models"]["risk"])["train_mean"],
        ),
        (
            read_layer,
            catalog.ALTERNATIVE_MODELS / "evidence.json",
            lambda told: last_model(told["refits"])["pairs"],
        ),
    ],
    ids=["confidence", "exits", "alternative data"],
)
def test_fewer_than_the_file_holds(
    workspace: Path,
    read: Callable[[Path], Any],
    path: Path,
    find: Callable[[dict[str, Any]], list[Any]],
) -> None:
    folder = {"models.json": path.parent.parent}.get(path.name, path.parent)
    read(folder)
    told = store.read_json(path)
    runs = len(find(told))
    find(told).pop()
    store.write_exact_json(told, path)
    expected = f"as many models as .* holds, {runs}, found {runs - 1}"
    with pytest.raises(DataError, match=rf"(?s){path.name}: expected {expected}.*Fix"):
        read(folder)
