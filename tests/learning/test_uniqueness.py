"""Uniqueness: by hand, against the obvious loop, and blind to what comes later."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.errors import DataError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.uniqueness import average_uniqueness


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_lopez_de_prado_by_hand() -> None:
    """One coin: bars 1-3, 3-4 and 5-6; the first two share bar 3 (2018, section 4.3)."""
    found = average_uniqueness(ints(1, 3, 5), ints(3, 4, 6), ints(0, 0, 0), np.zeros(3))
    np.testing.assert_allclose(found, [5 / 6, 3 / 4, 1.0], rtol=1e-15)


def test_other_coins_count_by_their_correlation() -> None:
    """Bars 1-2 in coin a; bar 2 in b and c."""
    found = average_uniqueness(
        ints(1, 2, 2), ints(2, 2, 2), np.array(["a", "b", "c"]), np.array([0.5, 0.25, 0.0])
    )
    np.testing.assert_allclose(found, [(1.0 + 1 / 2.0) / 2, 1 / 1.5, 1.0], rtol=1e-15)


def test_an_unknown_correlation_counts_as_one() -> None:
    rho = np.array([np.nan, 1.0, -0.4, 2.0])
    found = average_uniqueness(ints(1, 1, 1, 1), ints(5, 5, 5, 5), np.arange(4), rho)
    np.testing.assert_allclose(found, [0.25, 0.25, 1.0, 0.25], rtol=1e-15)


def test_without_a_trade_there_is_no_weight_and_nobody_is_crowded() -> None:
    found = average_uniqueness(ints(2, -1, 2), ints(3, -1, 4), ints(0, 0, 1), np.zeros(3))
    np.testing.assert_array_equal(found, [1.0, np.nan, 1.0])
    assert np.isnan(average_uniqueness(ints(-1), ints(-1), ints(0), np.zeros(1))).all()
    assert average_uniqueness(ints(), ints(), ints(), np.zeros(0)).size == 0


def test_a_label_cannot_end_before_it_begins() -> None:
    with pytest.raises(DataError, match="entry at bar 7 and exit at bar 6"):
        average_uniqueness(ints(1, 7), ints(1, 6), ints(0, 0), np.zeros(2))


def slow(entry: Ints, leave: Ints, symbol: Ints, rho: Floats) -> list[float]:
    out = []
    for i in range(entry.size):
        shares = []
        for bar in range(entry[i], leave[i] + 1):
            crowd = 1.0
            for j in range(entry.size):
                if j != i and entry[j] <= bar <= leave[j]:
                    crowd += 1.0 if symbol[j] == symbol[i] else rho[i]
            shares.append(1.0 / crowd)
        out.append(sum(shares) / len(shares))
    return out


LABELS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12), st.integers(0, 3), st.floats(0.0, 1.0)),
    min_size=1,
    max_size=25,
)


def arrays(labels: list[tuple[int, int, int, float]]) -> tuple[Ints, Ints, Ints, Floats]:
    entry = ints(*(label[0] for label in labels))
    leave = entry + ints(*(label[1] for label in labels))
    return entry, leave, ints(*(label[2] for label in labels)), np.array([la[3] for la in labels])


@given(labels=LABELS)
def test_slow_twin(labels: list[tuple[int, int, int, float]]) -> None:
    rows = arrays(labels)
    found = average_uniqueness(*rows)
    np.testing.assert_allclose(found, slow(*rows), rtol=1e-12)
    assert np.all((found > 0.0) & (found <= 1.0))


@given(labels=LABELS, later=LABELS, now=st.integers(0, 52), longer=st.integers(0, 30))
def test_what_comes_after_the_label_s_end_changes_nothing(
    labels: list[tuple[int, int, int, float]],
    later: list[tuple[int, int, int, float]],
    now: int,
    longer: int,
) -> None:
    """Labels entered after bar `now` are added; those open then end at another bar."""
    entry, leave, symbol, rho = arrays([label for label in labels if label[0] <= now] or labels)
    now = max(now, int(entry.max()))
    before = average_uniqueness(entry, leave, symbol, rho)
    new_entry, new_leave, new_symbol, new_rho = arrays(later)
    after = average_uniqueness(
        np.concatenate([entry, new_entry + now + 1]),
        np.concatenate([np.where(leave > now, now + 1 + longer, leave), new_leave + now + 1]),
        np.concatenate([symbol, new_symbol]),
        np.concatenate([rho, new_rho]),
    )
    known = leave <= now
    assert before[known].tobytes() == after[: entry.size][known].tobytes()
