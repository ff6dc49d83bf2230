"""Asking memory for what the orders to come will read, while others are followed.

In time order the account goes back and forth between symbols: some sixty places of
prices, scores and distances at once, more than a processor sees coming. A prefetch has
no result: it changes when bytes arrive, never what is computed.
"""

from typing import Any

from numba.core import cgutils, types
from numba.core.cgutils import ir
from numba.extending import intrinsic

from dipmaster.backtest.layouts import Market, Plans
from dipmaster.backtest.rules import RuleArrays
from dipmaster.core.kernels import borrowing_kernel

ORDERS_AHEAD = 4  # two to eight measured alike
LINE = 8  # values of 8 bytes in a cache line


@intrinsic  # type: ignore[untyped-decorator]
def _prefetch(_: Any, array: Any, index: Any) -> Any:
    """Load the cache line of a flat position, which may lie off the array, for reading."""

    def generated(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        start = context.make_array(signature.args[0])(context, builder, values[0]).data
        place = builder.bitcast(builder.gep(start, [values[1]]), cgutils.voidptr_t)
        number = cgutils.int32_t
        takes = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        call = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], takes)
        to_read, keep_near, data = number(0), number(3), number(1)
        builder.call(call, [place, to_read, keep_near, data])
        return context.get_dummy_value()

    return types.void(array, types.intp), generated


@borrowing_kernel
def fetch_ahead(market: Market, plans: Plans, arrays: RuleArrays, i: int) -> None:
    """Ask for the first 24 bars and 16 scores of the order some places after `i`."""
    j = i + ORDERS_AHEAD
    if j >= plans.signal.size:
        return
    at = plans.symbol[j] * market.bars + plans.signal[j] + 1
    for line in range(3):
        place = at + line * LINE
        _prefetch(market.open, place)
        _prefetch(market.high, place)
        _prefetch(market.low, place)
        _prefetch(market.close, place)
        _prefetch(market.half_spread_bps, place)
        if arrays.by_bar.size:
            _prefetch(arrays.by_bar, place)
    if arrays.score.size:
        _prefetch(arrays.score, j * arrays.score.shape[1])
        _prefetch(arrays.score, j * arrays.score.shape[1] + LINE)
