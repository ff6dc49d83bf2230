"""Every value that an evaluation hangs on changes its identity; nothing else does."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import Panel
from dipmaster.trials.identity import SECTIONS, digest_frame, digest_panel, identify_trial
from tests.made.code_digest import digest_code_once
from tests.made.params import read_params
from tests.monitoring.world import panel

pytestmark = pytest.mark.slow

EVIDENCE = pd.DataFrame({"symbol": ["A", "B"], "mood": [0.5, np.nan]})


@pytest.fixture(scope="module", autouse=True)
def code_digested_once() -> Iterator[None]:
    """What it hangs on of the code has tests of its own, in test_code."""
    with digest_code_once():
        yield


def small() -> Panel:
    whole = panel()
    cut = {name: getattr(whole, name)[:, :9] for name in ("open", "high", "low", "close", "volume")}
    return replace(
        whole, open_time=whole.open_time[:9], half_spread_bps=whole.half_spread_bps[:, :9], **cut
    )


@pytest.mark.parametrize("name", ["open", "high", "low", "close", "volume", "half_spread_bps"])
def test_a_bit_of_a_bar_is_other_data(name: str) -> None:
    bars = small()
    changed = getattr(bars, name).copy()
    changed[1, 3] = np.nextafter(changed[1, 3], np.inf)
    assert digest_panel(replace(bars, **{name: changed})) != digest_panel(bars)


def test_funding_and_names_are_data() -> None:
    bars = small()
    charged = replace(bars, funding_frac=np.zeros_like(bars.close))
    renamed = replace(bars, symbols=("A", "B", "D"))
    assert len({digest_panel(one) for one in (bars, charged, renamed)}) == 3


def test_alternative_data_is_data() -> None:
    same = EVIDENCE.copy()
    assert digest_frame(same) == digest_frame(EVIDENCE)
    assert digest_frame(EVIDENCE.assign(mood=[0.5, 0.5])) != digest_frame(EVIDENCE)
    assert digest_frame(EVIDENCE.assign(symbol=["A", "C"])) != digest_frame(EVIDENCE)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("confidence.thresholds.low_volatility", 0.7),
        ("gates.seed", 5),
        ("features.sigma_lag_bars", 5),
        ("volatility.short_bars", 13),
        ("alternative_data.delay_minutes", 30),
    ],
)
def test_values_that_decide_or_judge_make_another_evaluation(path: str, value: float) -> None:
    params = read_params(*SECTIONS)
    base = identify_trial(small(), EVIDENCE, params)
    changed = identify_trial(small(), EVIDENCE, params.with_changes({path: value}))
    assert changed.params != base.params
    assert (changed.data, changed.code) == (base.data, base.code)


def test_what_ingest_says_shows_in_the_data_alone() -> None:
    assert "ingest" not in SECTIONS
