"""A step to one line of JSON with every digit: what was found, ordered, filled and left."""

import json
from collections.abc import Mapping
from typing import Any

from dipmaster.core.panel import format_time
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.listing import list_fills


def to_line(step: BarDecisions, symbols: tuple[str, ...]) -> str:
    """One line, ended; NaN is null."""
    accounts = {
        str(phase): {
            "equity": account.equity.equity,
            "fills": [_clean(one) for one in list_fills(account, symbols)],
            "rejected": [[one.candidate_id, one.reason] for one in account.rejected],
        }
        for phase, account in step.accounts.items()
    }
    orders = {
        str(phase): [
            [int(one), symbols[coin], float(size)]
            for one, coin, size in zip(
                orders.candidate_id, orders.coin, orders.size_frac, strict=True
            )
        ]
        for phase, orders in step.orders.items()
        if len(orders)
    }
    line = {
        "open_time": format_time(step.bar.time_ms),
        "candidates": [symbols[coin] for coin in step.candidates.coin],
        "accounts": accounts,
        "orders": orders,
    }
    return json.dumps(line, allow_nan=False) + "\n"


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if value != value else value.item() if hasattr(value, "item") else value
        for name, value in values.items()
    }
