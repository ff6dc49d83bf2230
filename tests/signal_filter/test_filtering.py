"""Threshold, checks and volatility limit: one candidate each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.errors import DataError
from dipmaster.core.params.confidence import ConfidenceThresholds
from dipmaster.core.tables import FEATURES, FILTER_RESULTS
from dipmaster.signal_filter import INPUT_COLUMNS, NEWS_COLUMN, filter_signals, required_passes

pytestmark = pytest.mark.slow


def test_a_good_candidate_is_admitted_by_every_step(filter_one):
    row = filter_one()
    assert [row[name] for name in ("passes_threshold", "passes_checks", "passes_volatility")] == [
        1,
        1,
        1,
    ]
    assert row["passes_confirmation"] == row["admitted"] == 1
    assert row["confirmation_score"] == 1.0
    assert list(row.index) == FILTER_RESULTS.names


def test_inputs_are_columns_of_features():
    assert set(INPUT_COLUMNS) <= set(FEATURES.names)


@pytest.mark.parametrize(("regime", "threshold"), [(0, 0.75), (1, 0.80), (2, 0.90), (-1, 0.90)])
def test_each_regime_demands_its_threshold_and_the_unknown_one_the_strictest(
    filter_one, regime, threshold
):
    exact = filter_one({"regime": regime, "confidence": threshold})
    below = filter_one({"regime": regime, "confidence": np.nextafter(threshold, 0.0)})
    assert exact["threshold"] == threshold
    assert (exact["passes_threshold"], below["passes_threshold"]) == (1, 0)
    assert below["admitted"] == 0


def test_the_strictest_threshold_need_not_be_that_of_high_volatility(filter_one):
    odd = ConfidenceThresholds(low_volatility=0.97, normal_volatility=0.5, high_volatility=0.6)
    assert filter_one({"regime": -1}, thresholds=odd)["threshold"] == 0.97


def test_without_a_score_nothing_is_admitted_even_with_the_threshold_off(filter_one, filter_params):
    off = filter_params.model_copy(update={"threshold": False})
    assert filter_one({"confidence": np.nan})["passes_threshold"] == 0
    assert filter_one({"confidence": np.nan}, filter=off)["admitted"] == 0
    assert filter_one({"confidence": 0.01}, filter=off)["admitted"] == 1


@pytest.mark.parametrize(
    ("change", "check", "passes"),
    [
        ({"bars_since_volume_spike": 11}, "volume", 1),
        ({"bars_since_volume_spike": 12}, "volume", 0),
        ({"bars_since_volume_spike": -1}, "volume", 0),
        ({"rsi14": 50.0}, "rsi", 1),
        ({"rsi14": 50.1}, "rsi", 0),
        ({"rsi14": 5.0}, "rsi", 1),
        ({"rsi14": np.nan}, "rsi", 0),
        ({"liquidity_score": 0.81}, "liquidity", 1),
        ({"liquidity_score": 0.8}, "liquidity", 0),
        ({"liquidity_score": np.nan}, "liquidity", 0),
        ({NEWS_COLUMN: 0.69}, "news", 1),
        ({NEWS_COLUMN: 0.7}, "news", 0),
        ({NEWS_COLUMN: np.nan}, "news", 0),
    ],
)
def test_each_check_at_its_limit_and_where_the_value_is_missing(filter_one, change, check, passes):
    row = filter_one(change)
    assert row[f"check_{check}"] == passes
    other_checks = {"volume", "rsi", "liquidity"} - {check}
    assert all(row[f"check_{other_check}"] == 1 for other_check in other_checks)


@pytest.mark.parametrize(("rsi", "passes"), [(29.9, 0), (30.0, 1), (50.0, 1), (50.1, 0)])
def test_only_the_earlier_system_has_a_lower_limit_of_rsi(filter_one, rsi, passes):
    assert filter_one({"rsi14": rsi}, rule="dipmaster_v4")["check_rsi"] == passes
    assert filter_one({"rsi14": 29.9}, rule="capitulation")["check_rsi"] == 1


@pytest.mark.parametrize(("applicable", "of_them"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_three_quarters_of_the_checks_rounded_up(applicable, of_them):
    assert required_passes(applicable, 0.75) == of_them


def test_a_share_that_is_no_binary_fraction_is_not_rounded_up_by_noise():
    assert required_passes(3, 1.0 / 3.0 + 1e-17) == 1
    assert required_passes(10, 0.1 + 0.2) == 3  # .30000000000000004 x 10


def test_with_four_checks_one_may_fail_and_with_three_none(filter_one):
    assert filter_one({NEWS_COLUMN: 0.1, "liquidity_score": 0.1})["passes_checks"] == 1
    assert (
        filter_one({NEWS_COLUMN: 0.1, "liquidity_score": 0.1, "rsi14": 60.0})["passes_checks"] == 0
    )
    assert filter_one({"liquidity_score": 0.1})["passes_checks"] == 0


def test_a_check_without_a_source_is_not_applicable(filter_one):
    row = filter_one()
    assert row["check_news"] == -1
    bare = filter_one(absent=frozenset({"bars_since_volume_spike", "liquidity_score"}))
    assert [bare[f"check_{n}"] for n in ("volume", "rsi", "news", "liquidity")] == [-1, 1, -1, -1]
    assert bare["passes_checks"] == 1  # one applies, one passes
    assert bare["score_5m"] == 0.75  # a sign without a source fails


def test_where_no_check_applies_nothing_is_demanded(filter_one):
    absent = frozenset({"bars_since_volume_spike", "liquidity_score", "rsi14"})
    assert filter_one(absent=absent)["passes_checks"] == 1


@pytest.mark.parametrize(("flag", "passes_volatility"), [(0, 1), (1, 0), (-1, 0)])
def test_nothing_is_bought_beyond_the_volatility_limit_or_where_it_is_not_known(
    filter_one, flag, passes_volatility
):
    row = filter_one({"no_new_trades": flag})
    assert row["passes_volatility"] == row["admitted"] == passes_volatility


FAILURES = {
    "threshold": ({"confidence": 0.1}, "filter", "threshold", "passes_threshold"),
    "checks": ({"rsi14": 60.0}, "filter", "checks", "passes_checks"),
    "volatility": ({"no_new_trades": 1}, "filter", "no_new_trades", "passes_volatility"),
    "confirmation": (
        {"bb_position": 0.9, "below_sma20": 0, "return_24h_frac": -0.2, "sma50_rising_1h": 0},
        "confirmation",
        "enabled",
        "passes_confirmation",
    ),
}


@pytest.mark.parametrize("step", FAILURES)
def test_each_step_can_be_switched_off_and_its_columns_stay_filled(
    filter_one, filter_params, confirmation_params, step
):
    change, section, switch, column = FAILURES[step]
    sections = {"filter": filter_params, "confirmation": confirmation_params}
    off = {section: sections[section].model_copy(update={switch: False})}
    on_row, off_row = filter_one(change), filter_one(change, **off)
    assert (on_row[column], on_row["admitted"]) == (0, 0)
    assert (off_row[column], off_row["admitted"]) == (0, 1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_admits_more(
    rows, filter_params, confirmation_params, confidences, one, other
):
    frames = rows(*({"confidence": p, "regime": i % 3} for i, p in enumerate(confidences)))

    def admitted_ids(level: float) -> np.ndarray:
        thresholds = ConfidenceThresholds(
            low_volatility=level, normal_volatility=level, high_volatility=level
        )
        table = filter_signals(*frames, "dip", 30.0, thresholds, filter_params, confirmation_params)
        return table["admitted"].to_numpy()

    assert (admitted_ids(max(one, other)) <= admitted_ids(min(one, other))).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_share_of_checks_never_admits_more(
    rows, thresholds, filter_params, confirmation_params, liquidity, one, other
):
    frames = rows(*({"liquidity_score": x, "rsi14": 100 * x} for x in liquidity))

    def admitted_ids(share: float) -> np.ndarray:
        filter_params_of_share = filter_params.model_copy(update={"share_of_checks_frac": share})
        table = filter_signals(
            *frames, "dip", 30.0, thresholds, filter_params_of_share, confirmation_params
        )
        return table["admitted"].to_numpy()

    assert (admitted_ids(max(one, other)) <= admitted_ids(min(one, other))).all()


def test_a_candidate_is_judged_by_its_own_row_alone(
    rows, thresholds, filter_params, confirmation_params
):
    changes = [{}, {"rsi14": 60.0}, {"confidence": np.nan}, {"regime": -1}]
    settings = ("dip", 30.0, thresholds, filter_params, confirmation_params)
    together = filter_signals(*rows(*changes), *settings).drop(columns="candidate_id")
    single_rows = [
        filter_signals(*rows(change), *settings).drop(columns="candidate_id").iloc[0]
        for change in changes
    ]
    for index, row in enumerate(single_rows):
        assert together.iloc[index].equals(row)


def test_no_candidate_is_an_empty_table(rows, thresholds, filter_params, confirmation_params):
    frames = [frame.iloc[:0] for frame in rows({})]
    table = filter_signals(*frames, "dip", 30.0, thresholds, filter_params, confirmation_params)
    assert len(table) == 0
    assert str(table["admitted"].dtype) == "int8"


def test_rows_that_do_not_match_are_an_error(rows, thresholds, filter_params, confirmation_params):
    candidates, inputs, scores = rows({}, {})
    settings = ("dip", 30.0, thresholds, filter_params, confirmation_params)
    with pytest.raises(DataError, match="same 2 candidates"):
        filter_signals(candidates, inputs, scores.iloc[::-1], *settings)
    with pytest.raises(DataError, match="1 rows of inputs"):
        filter_signals(candidates, inputs.iloc[:1], scores, *settings)
    with pytest.raises(DataError, match="none named rsi14"):
        filter_signals(candidates, inputs.drop(columns="rsi14"), scores, *settings)
