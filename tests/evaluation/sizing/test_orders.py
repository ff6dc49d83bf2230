"""Phase 3 buys and leaves what phase 2 does, in sizes of its own; with `fixed` it is phase 2."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.evaluation.phase import Abstention, PhaseOrders
from dipmaster.evaluation.phases.sizing.orders import size_orders


def test_the_world_is_worth_testing(traded) -> None:
    """Sizes of every kind: Kelly's own, none, that of phase 2, cut by the cap, at both bounds."""
    sized, before = traded[3].ledger.trades, traded[2].ledger.trades
    assert 60 < len(sized) < len(before)
    assert sized["kelly"].isna().sum() > 5
    assert sized["size_frac"].nunique() > 50
    assert (sized["vol_scalar"] == 0.5).sum() > 0
    assert sized["vol_scalar"].between(0.51, 1.99).sum() > 30
    assert (sized["intraday_factor"] == 1.0).any()


def test_fixed_sizes_are_phase_2_trade_for_trade(sized) -> None:
    phases = sized.under(rule="fixed").completed()
    for name in ("trades", "fills", "equity"):
        two, three = (getattr(one.ledger, name) for one in phases[2:])
        pd.testing.assert_frame_equal(two, three, check_exact=True)
    assert phases[3].ledger.rejected == phases[2].ledger.rejected


def test_entries_and_exits_are_those_of_phase_2(traded) -> None:
    two, three = (one.ledger.trades.set_index("candidate_id") for one in traded[2:])
    assert set(three.index) <= set(two.index)
    same = ["entry_time", "exit_time", "exit_type", "entry_price", "mfe_frac", "confidence"]
    pd.testing.assert_frame_equal(two.loc[three.index, same], three[same])
    assert three["return_frac"].to_numpy() == pytest.approx(two.loc[three.index, "return_frac"])
    assert (three["weight_frac"] != two.loc[three.index, "weight_frac"]).sum() > 40


def test_the_weight_is_the_size_asked_for_up_to_the_cap(sized) -> None:
    """Kelly's whole fraction and a lower cap, so that it binds."""
    phase = sized.under(kelly_share_frac=1.0, min_scalar=1.0).completed()[3]
    trades, cap = phase.ledger.trades, sized.world.execution.max_position_frac
    bound = (trades["binding_cap"] == "position").to_numpy()
    assert 5 < bound.sum() < len(trades)
    asked = trades["size_frac"].to_numpy()
    assert (asked[bound] > cap).all()
    assert trades["weight_frac"].to_numpy() == pytest.approx(np.minimum(asked, cap))


def test_inverse_volatility_needs_no_outcome(sized) -> None:
    trades = sized.under(rule="inverse_volatility").completed()[3].ledger.trades
    assert trades[["p", "payoff", "kelly", "p_outcomes"]].isna().all(axis=None)
    factors = trades[["vol_scalar", "regime_factor", "spillover_factor", "intraday_factor"]]
    assert trades["size_frac"].to_numpy() == pytest.approx(0.05 * factors.prod(axis=1))


def test_too_few_outcomes_leave_the_size_of_phase_2(sized) -> None:
    least = sized.sizing.min_outcomes.model_copy(update={"candidates": 10_000})
    phases = sized.under(min_outcomes=least).completed()
    two, three = (one.ledger.trades["weight_frac"] for one in phases[2:])
    pd.testing.assert_series_equal(two, three)


def test_a_phase_without_a_bet_abstains(sized, traded) -> None:
    before = traded[2]
    hopeless = replace(
        before,
        standalone=replace(
            before.standalone,
            net_frac=np.where(before.standalone.net_frac > 0.0, 1e-6, -0.01),
        ),
    )
    orders = size_orders(sized.context(), sized.inputs, hopeless)
    assert orders.abstention is not None
    assert orders.abstention.lost_at == "size"
    assert "Kelly fraction above 0" in orders.abstention.reason
    burn_in = sized.world.panel.open_time[orders.entries.signal_index]
    assert (burn_in < sized.world.period.out_of_sample_ms).all()


def test_it_abstains_with_phase_2(sized, traded) -> None:
    why = Abstention("0 of 9 candidates reached the threshold", "threshold")
    before = replace(
        traded[2], orders=PhaseOrders(traded[2].orders.entries.take(np.arange(0)), why)
    )
    orders = size_orders(sized.context(), sized.inputs, before)
    assert orders.abstention == why
    assert len(orders.entries) == 0
