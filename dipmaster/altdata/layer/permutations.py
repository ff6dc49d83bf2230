"""What the second layer loses when a feed's evidence is shuffled in blocks of time.

Candidates in order of their time are cut into blocks of days, the blocks are put in another
order, and each candidate is given the evidence of the one that then stands in its place.
Evidence of one hour stays together, as do inputs of one feed; models and what is known
from the bars stay as they are.
"""

from collections.abc import Sequence

import numpy as np

from dipmaster.altdata.layer.credit import ALL_FEEDS
from dipmaster.altdata.layer.inputs import FEEDS, find_columns, is_evidence
from dipmaster.altdata.layer.scores import EvidenceScores
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params.alternative import CreditEvaluation
from dipmaster.core.time_units import DAY_MS
from dipmaster.results.altdata import FeedPermutation

AT_ONCE = 20  # shuffles predicted together: many enough for the library, few enough for memory


def permute_feeds(
    scores: EvidenceScores, rows: Ints, seed: np.random.SeedSequence, params: CreditEvaluation
) -> tuple[FeedPermutation, ...]:
    """Shuffle each feed, then all of them together.

    Parameters
    ----------
    rows
        Candidates that are judged: with a label and a score of the second layer.
    """
    signal_ms = scores.schedule.signal_ms
    order = rows[np.argsort(signal_ms[rows], kind="stable")]
    block = signal_ms[order] // (params.shuffled_days * DAY_MS)
    every_order = draw_orders(block, seed, params.permutations)
    measured = mean_log_loss(scores.confidence[order], scores.won[order])

    def permute(feed: str) -> FeedPermutation:
        columns = np.flatnonzero(is_evidence()) if feed == ALL_FEEDS else find_columns(feed)
        orders = every_order if feed == ALL_FEEDS else every_order[: params.feed_permutations]
        losses = _lose(scores, order, orders, columns)
        known = np.isfinite(scores.inputs.values[order][:, columns]).any(axis=1)
        at_most = int(np.count_nonzero(losses <= measured))
        return FeedPermutation(
            feed=feed,
            candidates=int(known.sum()),
            permutations=losses.size,
            loss_rise=float(np.mean(losses) - measured) if losses.size else None,
            p_value=(1 + at_most) / (1 + losses.size) if losses.size else None,
        )

    return tuple(map_in_threads(permute, [*FEEDS, ALL_FEEDS], "permutations"))


def draw_orders(block: Ints, seed: np.random.SeedSequence, permutations: int) -> Sequence[Ints]:
    """Places of candidates after shuffling blocks, one array a shuffle; none with one block.

    Parameters
    ----------
    block
        Shape (candidates,), rising.
    """
    starts = np.flatnonzero(np.diff(block, prepend=block[:1] - 1))
    runs = np.split(np.arange(block.size), starts[1:])
    if len(runs) < 2:
        return ()
    rng = np.random.Generator(np.random.PCG64(seed))
    return [
        np.concatenate([runs[at] for at in rng.permutation(len(runs)).tolist()])
        for _ in range(permutations)
    ]


def mean_log_loss(p: Floats, won: Floats) -> Floats:
    """Mean over the last axis of ``-ln`` of the probability given to what happened."""
    return np.asarray(np.mean(-np.log(np.where(won > 0.0, p, 1.0 - p)), axis=-1))


def _lose(scores: EvidenceScores, order: Ints, orders: Sequence[Ints], columns: Ints) -> Floats:
    losses = []
    for first in range(0, len(orders), AT_ONCE):
        some = orders[first : first + AT_ONCE]
        p = np.stack(_predict_shuffled(scores, order, some, columns))
        losses.append(mean_log_loss(scores.calibrate(p, order), scores.won[order]))
    return np.concatenate(losses) if losses else np.empty(0)


def _predict_shuffled(
    scores: EvidenceScores, order: Ints, orders: Sequence[Ints], columns: Ints
) -> list[Floats]:
    """What each candidate's own models say of the others' evidence."""
    values, fold = scores.inputs.values[order], scores.layer.fold[order]
    inputs = np.column_stack([scores.base[order], values])
    out = [np.empty(order.size) for _ in orders]
    for number in np.unique(fold).tolist():
        in_fold: Bools = fold == number
        shuffled = np.repeat(inputs[in_fold][None], len(orders), axis=0)
        for at, places in enumerate(orders):
            shuffled[at][:, 1 + columns] = values[places[in_fold]][:, columns]
        flat = shuffled.reshape(-1, inputs.shape[1])
        p = scores.layer.model(number).predict(flat).reshape(len(orders), -1)
        for at in range(len(orders)):
            out[at][in_fold] = p[at]
    return out
