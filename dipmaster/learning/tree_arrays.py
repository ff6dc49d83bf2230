"""Boosted trees as arrays: the same predictions to the last bit, without the call of a library.

A call of LightGBM or XGBoost for one row takes many times as long as its trees do. For the
decisions of one bar they are read from the libraries' own text into arrays, through which one
kernel walks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Bools, Floats, Ints, kernel
from dipmaster.learning.tree_models import Library

Output = Literal["sum", "probability"]

_CATEGORY, _DEFAULT_LEFT, _MISSING, _ZERO_IS_MISSING = 1, 2, 12, 4  # of LightGBM's decision_type
_ALMOST_0 = float(np.float32(1e-35))  # LightGBM's
_TINY = np.float32(1e-16)  # XGBoost adds it to the denominator of its sigmoid
_LARGEST = np.float32(88.7)  # exponent in it


class Nodes(NamedTuple):
    """Nodes of one tree or of several, shape (nodes,); a leaf is its own left child.

    `threshold` is the largest value that goes left, `missing_left` where NaN goes, and `value`
    that of a leaf, in the precision in which the library sums.
    """

    feature: Ints
    left: Ints
    right: Ints
    threshold: Floats
    missing_left: Bools
    value: npt.NDArray[Any]


@dataclass(frozen=True)
class TreeArrays:
    """The trees of one model.

    Attributes
    ----------
    root
        Shape (trees,), node that each begins with.
    start
        Shape (1,), what the sum begins with.
    """

    root: Ints
    nodes: Nodes
    start: npt.NDArray[Any]
    output: Output

    def predict(self, inputs: Any) -> Floats:
        """Probability of a classifier, value of a regression, shape (rows,).

        Parameters
        ----------
        inputs
            Shape (rows, inputs); NaN is a value of its own to a tree.
        """
        total = self._sum(inputs)
        if self.output == "probability":
            to_probability(total)
        return total.astype(np.float64)

    def predict_raw(self, inputs: Any) -> Floats:
        """Sum of the leaf values, shape (rows,)."""
        return self._sum(inputs).astype(np.float64)

    def _sum(self, inputs: Any) -> npt.NDArray[Any]:
        total = np.full(inputs.shape[0], self.start[0])
        # XGBoost sees single precision; LightGBM double, and leaves out what is almost 0.
        rows = np.ascontiguousarray(inputs, self.start.dtype)
        if rows.dtype == np.float64:
            rows = np.where(np.abs(rows) <= _ALMOST_0, 0.0, rows)
        add_leaves(rows, self.root, *self.nodes, total)
        return total


@kernel
def add_leaves(
    rows: Any, root: Any, feature: Any, left: Any, right: Any, threshold: Any, missing_left: Any,
    value: Any, total: Any,
) -> None:  # fmt: skip
    """Add the leaf values of all trees, in their order, to `total`, shape (rows,)."""
    for row in range(rows.shape[0]):
        for tree in range(root.size):
            node = root[tree]
            while left[node] != node:
                one = np.float64(rows[row, feature[node]])
                goes_left = missing_left[node] if np.isnan(one) else one <= threshold[node]
                node = left[node] if goes_left else right[node]
            total[row] += value[node]


@kernel
def to_probability(total: Any) -> None:
    """Log odds to probabilities in place, as either library does it in its own precision."""
    for row in range(total.size):
        if total.itemsize == 4:
            against = np.exp(min(-total[row], _LARGEST))
            total[row] = np.float32(1.0) / (against + np.float32(1.0) + _TINY)
        else:
            total[row] = 1.0 / (1.0 + np.exp(-total[row]))


def read_arrays(text: str, library: Library) -> TreeArrays:
    """Read what `TreeModel.to_text` wrote; it predicts the same to the last bit.

    Hand in texts whose digest has been checked.

    Raises
    ------
    ValueError
        As `read_lightgbm`.
    """
    return read_lightgbm(text) if library == "lgb" else read_xgboost(text)


def read_lightgbm(text: str) -> TreeArrays:
    """Trees of LightGBM's own text, all at once: splits of a tree, then its leaves.

    Raises
    ------
    ValueError
        Where a tree asks a category, or takes zero for missing: no model here does.
    """
    head, _, trees = text.split("\nend of trees", 1)[0].partition("\nTree=")
    leaves = _numbers(trees, "num_leaves")
    splits = leaves - 1
    root = np.cumsum(leaves + splits) - leaves - splits
    at, leaf_at = _positions(root, splits), _positions(root + splits, leaves)
    kind, threshold = _numbers(trees, "decision_type"), _numbers(trees, "threshold", np.float64)
    if np.any(kind & _CATEGORY) or np.any(kind & _MISSING == _ZERO_IS_MISSING):
        raise ValueError("a tree of LightGBM that asks categories, or takes zero for missing")
    nodes = _leaves_alone(int(leaves.sum() + splits.sum()))
    nodes.feature[at] = _numbers(trees, "split_feature")
    nodes.threshold[at] = threshold
    # Where training saw no NaN, LightGBM takes one for 0.
    nodes.missing_left[at] = np.where(kind & _MISSING, kind & _DEFAULT_LEFT, threshold >= 0.0)
    nodes.left[at] = _children(trees, "left", root, splits)
    nodes.right[at] = _children(trees, "right", root, splits)
    nodes.value[leaf_at] = _numbers(trees, "leaf_value", np.float64)
    output: Output = "probability" if "\nobjective=binary" in head else "sum"
    return TreeArrays(root, nodes, np.zeros(1), output)


def _numbers(trees: str, name: str, dtype: npt.DTypeLike = np.int64) -> npt.NDArray[Any]:
    """A line of every tree, one after another; a tree of one leaf says nothing of splits."""
    lines = (rest.split("\n", 1)[0] for rest in trees.split(f"\n{name}=")[1:])
    return np.fromstring(" ".join(lines), dtype, sep=" ")


def _children(trees: str, side: str, root: Ints, splits: Ints) -> Ints:
    """Node on one side of every split; below 0 in the text it is the leaf of its complement."""
    child = _numbers(trees, f"{side}_child")
    is_leaf = child < 0
    first = np.repeat(root, splits) + np.where(is_leaf, np.repeat(splits, splits), 0)
    return first + np.where(is_leaf, ~child, child)


def _positions(first: Ints, counts: Ints) -> Ints:
    """Runs of rising positions, each from its own first."""
    before = np.cumsum(counts) - counts
    return np.repeat(first - before, counts) + np.arange(counts.sum())


def _leaves_alone(size: int) -> Nodes:
    """Nodes that are all leaves of value 0."""
    own = np.arange(size)
    return Nodes(
        np.zeros(size, np.int64),
        own,
        own.copy(),
        np.zeros(size),
        np.zeros(size, np.bool_),
        np.zeros(size),
    )


def read_xgboost(text: str) -> TreeArrays:
    """Trees of XGBoost's JSON, of one output."""
    learner = json.loads(text)["learner"]
    trees = [_read_xgboost_tree(one) for one in learner["gradient_booster"]["model"]["trees"]]
    is_classifier = learner["objective"]["name"] == "binary:logistic"
    base = learner["learner_model_param"]["base_score"].strip("[]")
    start = np.array([base], np.float32)
    if is_classifier:
        to_log_odds(start)
    return _join(trees, start, "probability" if is_classifier else "sum")


@kernel
def to_log_odds(p: Any) -> None:
    """Probabilities of single precision to log odds in place, as XGBoost does it."""
    for row in range(p.size):
        p[row] = -np.log(np.float32(1.0) / p[row] - np.float32(1.0))


def _read_xgboost_tree(tree: Mapping[str, Any]) -> Nodes:
    left, right = (np.array(tree[f"{side}_children"], np.int64) for side in ("left", "right"))
    is_leaf, own = left < 0, np.arange(left.size)
    split = np.array(tree["split_conditions"], np.float32)
    # Below the split goes left: up to the number of single precision before it.
    below = np.nextafter(split, np.float32(-np.inf)).astype(np.float64)
    return Nodes(
        np.array(tree["split_indices"], np.int64),
        np.where(is_leaf, own, left),
        np.where(is_leaf, own, right),
        below,
        np.array(tree["default_left"], np.bool_),
        np.where(is_leaf, split, np.float32(0.0)),
    )


def _join(trees: Sequence[Nodes], start: npt.NDArray[Any], output: Output) -> TreeArrays:
    """One after another, children counted from the first node of all."""
    root = np.cumsum([0, *(one.left.size for one in trees)])[:-1]
    moved = [
        one._replace(left=one.left + first, right=one.right + first)
        for one, first in zip(trees, root, strict=True)
    ]
    return TreeArrays(
        root, Nodes._make(map(np.concatenate, zip(*moved, strict=True))), start, output
    )
