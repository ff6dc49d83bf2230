"""Which histories of the market's state are kept: the heaviest, those that are alike merged."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints, inner_kernel

FORGOTTEN = -1
"""Time of a change that lies too far back to tell two histories apart."""


class Candidates(NamedTuple):
    """Continuations of the histories kept, shape (3 x histories,).

    Attributes
    ----------
    filled
        How many there are, shape (1,).
    log_weight
        Of all that were merged into it.
    heaviest
        Log weight of the heaviest of them, whose beliefs it carries.
    state, changed
        State of the market and step of its last change: what tells two histories apart.
    pair
        3 x history + state of the heaviest.
    """

    filled: Ints
    log_weight: Floats
    heaviest: Floats
    state: Ints
    changed: Ints
    pair: Ints


@inner_kernel
def add_candidate(
    found: Candidates, log_weight: float, state: int, changed: int, pair: int
) -> None:
    """Merge it with the candidate that is alike, or append it."""
    count = found.filled[0]
    for c in range(count):
        if found.state[c] == state and found.changed[c] == changed:
            high, low = max(found.log_weight[c], log_weight), min(found.log_weight[c], log_weight)
            found.log_weight[c] = high + np.log1p(np.exp(low - high))
            if log_weight > found.heaviest[c]:
                found.heaviest[c], found.pair[c] = log_weight, pair
            return
    found.log_weight[count] = found.heaviest[count] = log_weight
    found.state[count], found.changed[count], found.pair[count] = state, changed, pair
    found.filled[0] += 1


@inner_kernel
def choose_heaviest(found: Candidates, chosen: Ints) -> int:
    """Places of the heaviest, heaviest first, as many as `chosen` holds; of equals the first."""
    kept: int = min(chosen.size, found.filled[0])
    for j in range(kept):
        best = -1
        for c in range(found.filled[0]):
            taken = False
            for k in range(j):
                taken = taken or chosen[k] == c
            if not taken and (best < 0 or found.log_weight[c] > found.log_weight[best]):
                best = c
        chosen[j] = best
    return kept


@inner_kernel
def log_total(found: Candidates, chosen: Ints, kept: int) -> float:
    """Log of the summed weight of those chosen."""
    top: float = found.log_weight[chosen[0]]
    total = 0.0
    for j in range(kept):
        total += np.exp(found.log_weight[chosen[j]] - top)
    return top + float(np.log(total))


@inner_kernel
def time_of_change(was: int, state: int, changed: int, step: int, memory: int) -> int:
    """Step of the last change once `state` follows `was`; forgotten after `memory` steps."""
    last = changed if state == was else step
    return FORGOTTEN if step - last > memory else last
