"""Every check of the sizes holds on a sound ledger, and each fault breaks its own."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.backtest import Ledger
from dipmaster.evaluation.phases.sizing.integrity import check_sizes

NAMES = (
    "every size is the product",
    "forecast and factors are those of the signal's own bar",
    "payoff and win probability count the outcomes",
    "the outcomes that had ended give",
    "no position exceeds its cap",
)
PRODUCT, BAR, COUNTED, ESTIMATED, CAPS = range(5)


def broken(sized, traded, ledger: Ledger) -> list[int]:
    checks = check_sizes(sized.context(), sized.inputs, traded[2], ledger)
    for check, name in zip(checks, NAMES, strict=True):
        assert check.name.startswith(name)
        assert check.detail
    return [at for at, check in enumerate(checks) if not check.passed]


def with_trades(traded, **columns) -> Ledger:
    ledger = traded[3].ledger
    return replace(ledger, trades=ledger.trades.assign(**columns))


def test_a_sound_ledger_passes(sized, traded) -> None:
    assert broken(sized, traded, traded[3].ledger) == []


@pytest.mark.parametrize("rule", ["inverse_volatility", "fixed"])
def test_so_do_the_other_rules(sized, rule: str) -> None:
    world = sized.under(rule=rule)
    phases = world.completed()
    checks = check_sizes(world.context(), world.inputs, phases[2], phases[3].ledger)
    assert all(check.passed for check in checks)
    assert len(checks) == (2 if rule == "fixed" else 5)


def test_capped_sizes_pass(sized) -> None:
    world = sized.under(kelly_share_frac=1.0, min_scalar=1.0)
    phases = world.completed()
    checks = check_sizes(world.context(), world.inputs, phases[2], phases[3].ledger)
    assert all(check.passed for check in checks)


@pytest.mark.parametrize(
    ("column", "factor", "expected"),
    [
        ("weight_frac", 0.999, [PRODUCT]),
        ("size_frac", 0.999, [PRODUCT]),
        ("kelly", 1.01, [PRODUCT]),
        ("p", 1.001, [PRODUCT, ESTIMATED]),
        ("payoff", 0.99, [PRODUCT, ESTIMATED]),
        ("forecast_annual_frac", 1.01, [BAR]),
        ("regime_factor", 0.9, [PRODUCT, BAR]),
        ("spillover_factor", 0.9, [PRODUCT, BAR]),
        ("payoff_outcomes", 1.1, [COUNTED]),
        ("p_outcomes", 1.1, [COUNTED]),
    ],
)
def test_a_changed_component_is_found(sized, traded, column: str, factor: float, expected) -> None:
    values = traded[3].ledger.trades[column] * factor
    assert broken(sized, traded, with_trades(traded, **{column: values})) == expected


def test_a_position_beyond_its_cap_is_found(sized, traded) -> None:
    trades = traded[3].ledger.trades
    weight = np.where(trades["binding_cap"] == "none", trades["weight_frac"], 0.2)
    weight[0] = 0.11
    found = broken(sized, traded, with_trades(traded, weight_frac=weight))
    assert CAPS in found


def test_borrowed_money_is_found(sized, traded) -> None:
    ledger = traded[3].ledger
    equity = ledger.equity.assign(cash=ledger.equity["cash"] - 1e5)
    assert broken(sized, traded, replace(ledger, equity=equity)) == [CAPS]


def test_a_fixed_phase_in_other_sizes_is_found(sized) -> None:
    world = sized.under(rule="fixed")
    phases = world.completed()
    ledger = phases[3].ledger
    other = replace(ledger, trades=ledger.trades.assign(weight_frac=0.04))
    checks = check_sizes(world.context(), world.inputs, phases[2], other)
    assert [check.passed for check in checks] == [False, True]
