"""Episodes against a slow twin that joins whatever overlaps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.monitoring.episodes import group_episodes


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8)), min_size=1, max_size=25))
def test_as_a_slow_twin(positions: list[tuple[int, int]]) -> None:
    begin = np.array([one[0] for one in positions], dtype=np.int64)
    end = begin + np.array([one[1] for one in positions])
    label = list(range(begin.size))
    for _ in label:  # until nothing joins any more
        for a in range(begin.size):
            for b in range(begin.size):
                if begin[a] <= end[b] and begin[b] <= end[a]:
                    label[a] = label[b] = min(label[a], label[b])
    episodes = group_episodes(begin, end)
    same = episodes.member[:, None] == episodes.member
    assert np.array_equal(same, np.array(label)[:, None] == np.array(label))
    assert (episodes.begins_ms[1:] > episodes.ends_ms[:-1]).all()
    assert (episodes.begins_ms[episodes.member] <= begin).all()
    assert (episodes.ends_ms[episodes.member] >= end).all()


def test_each_episode_counts_once() -> None:
    begin, end = np.array([0, 1, 10]), np.array([5, 3, 12])
    episodes = group_episodes(begin, end)
    assert episodes.average(np.array([1.0, 0.0, 1.0])).tolist() == [0.5, 1.0]


def test_nothing() -> None:
    none = np.empty(0, dtype=np.int64)
    assert group_episodes(none, none).count == 0
