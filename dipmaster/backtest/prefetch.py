"""Asking memory for what the orders to come will read, while others are followed.

In time order the account goes back and forth between symbols: some sixty places of
prices, scores and distances at once, more than a processor sees coming. A prefetch has
no result: it changes when bytes arrive, never what is computed.
"""

from typing import Any

from numba.core import cgutils, types
from numba.core.cgutils import ir
from numba.extending import intrinsic

from dipmaster.backtest.layouts import MarketArrays, PlanArrays
from dipmaster.backtest.rules import RuleArrays
from dipmaster.core.kernels import borrowing_kernel

ORDERS_AHEAD = 4  # two to eight measured alike
VALUES_PER_CACHE_LINE = 8  # values of 8 bytes in a cache line


@intrinsic  # type: ignore[untyped-decorator]
def _prefetch(_: Any, array: Any, index: Any) -> Any:
    """Load the cache line of a flat position, which may lie off the array, for reading."""

    def generate_ir(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        address = builder.bitcast(builder.gep(data, [values[1]]), cgutils.voidptr_t)
        int32 = cgutils.int32_t
        function_type = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, int32, int32, int32])
        call = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], function_type)
        for_reading, high_locality, data_cache = int32(0), int32(3), int32(1)
        builder.call(call, [address, for_reading, high_locality, data_cache])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate_ir


@borrowing_kernel
def prefetch_orders(market: MarketArrays, plans: PlanArrays, arrays: RuleArrays, i: int) -> None:
    """Ask for the first 24 bars and 16 scores of the order some places after `i`."""
    j = i + ORDERS_AHEAD
    if j >= plans.signal.size:
        return
    first_bar = plans.symbol[j] * market.bars + plans.signal[j] + 1
    for line in range(3):
        index = first_bar + line * VALUES_PER_CACHE_LINE
        _prefetch(market.open, index)
        _prefetch(market.high, index)
        _prefetch(market.low, index)
        _prefetch(market.close, index)
        _prefetch(market.half_spread_bps, index)
        if arrays.by_bar.size:
            _prefetch(arrays.by_bar, index)
    if arrays.score.size:
        _prefetch(arrays.score, j * arrays.score.shape[1])
        _prefetch(arrays.score, j * arrays.score.shape[1] + VALUES_PER_CACHE_LINE)
