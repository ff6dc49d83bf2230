"""Probabilities of success: the product, exact bounds, and the committed study."""

import pytest
from scipy import stats

from dipmaster.core.params.digest import STRATEGY_SECTIONS
from dipmaster.outcomes.claims import measure_claims
from dipmaster.outcomes.success import measure_success, multiply_stated, read_study
from dipmaster.results.outcomes import SeedVerdicts, VerdictStudy

ALPHA = 0.025


def study(passed: int, markets: int) -> VerdictStudy:
    """Phase 4 passes on the first markets, phase 1 never."""
    seeds = {
        str(seed): SeedVerdicts(
            phases={"0": "FAIL", "1": "FAIL", "2": "INCONCLUSIVE", "3": "INSUFFICIENT DATA",
                    "4": "PASS" if seed < passed else "FAIL"},
            overall="PASS" if seed < passed - 1 else "FAIL",
        )
        for seed in range(markets)
    }  # fmt: skip
    return VerdictStudy(command="", commit="", params={}, seeds=seeds)


def test_the_product_of_the_roadmap() -> None:
    assert multiply_stated() == pytest.approx(0.9 * 0.85 * 0.8 * 0.75) == pytest.approx(0.459)


@pytest.mark.parametrize(("passed", "markets"), [(0, 3), (3, 20), (20, 20), (7, 20)])
def test_shares_have_exact_bounds(passed: int, markets: int) -> None:
    last = measure_success(study(passed, markets), ALPHA).by_phase[-1]
    exact = stats.binomtest(passed, markets).proportion_ci(1.0 - 2.0 * ALPHA, "exact")
    assert (last.passed, last.markets) == (passed, markets)
    assert last.share.value == pytest.approx(passed / markets)
    assert (last.share.low, last.share.high) == pytest.approx((exact.low, exact.high))


def test_only_pass_is_success_and_the_whole_is_the_overall_verdict() -> None:
    found = measure_success(study(5, 20), ALPHA)
    assert [one.passed for one in found.by_phase] == [0, 0, 0, 5]
    assert (found.overall.passed, found.overall.stated_frac) == (4, 0.85)
    assert found.product_frac == pytest.approx(0.459)


def test_without_a_market_there_is_a_reason() -> None:
    share = measure_success(study(0, 0), ALPHA).overall.share
    assert (share.value, share.low) == (None, None)
    assert share.reason


def test_claims_are_judged_by_the_bounds() -> None:
    claims = {one.id: one for one in measure_claims((), 0, measure_success(study(20, 20), ALPHA))}
    assert claims["success.1"].verdict == "not met"
    assert claims["success.4"].verdict == "met"  # 20 of 20: at least 83 %, and 75 % are stated
    assert claims["success.plan"].verdict == "inconclusive"  # 19 of 20 and 85 %
    assert "simulated markets of the default kind" in claims["success.4"].reason


def test_the_committed_study_is_whole() -> None:
    found = read_study()
    assert found.seeds
    assert set(found.params) == set(STRATEGY_SECTIONS)
    for verdicts in found.seeds.values():
        assert set(verdicts.phases) == set("01234")
    first, last = map(int, found.command.rpartition("--seeds ")[2].split())
    assert {int(seed) for seed in found.seeds} <= set(range(first, last + 1))
