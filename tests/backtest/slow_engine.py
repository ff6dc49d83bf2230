"""An independent, slow engine that the fast one is compared with."""

from typing import Any

import numpy as np

from dipmaster.backtest import Entries, ExitRules
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution
from tests.backtest.made_markets import STEP_MS


class Account:
    """Bar by bar, position by position, in plain Python: the specification read aloud."""

    def __init__(self, panel: Panel, entries: Entries, execution: Execution, rules: ExitRules):
        self.panel, self.entries, self.x, self.rules = panel, entries, execution, rules
        self.fee, self.slip = execution.taker_fee_bps * 1e-4, execution.slippage_bps * 1e-4
        self.cash, self.equity = execution.capital, execution.capital
        self.held: dict[int, dict[str, Any]] = {}
        self.trades: list[dict[str, Any]] = []
        self.rejected: dict[str, int] = {}
        self.marks: list[float] = []
        self.ruined = False

    def has_bar(self, k: int, u: int) -> bool:
        return u < self.panel.bars and not np.isnan(self.panel.open[k, u])

    def exists(self, k: int, u: int) -> bool:
        return self.has_bar(k, u) and self.panel.volume[k, u] > 0

    def unit_in(self, price: float, spread: float) -> float:
        return price * (1 + spread + self.slip) * (1 + self.fee)

    def unit_out(self, price: float, spread: float) -> float:
        return price * (1 - spread - self.slip) * (1 - self.fee)

    def spread(self, k: int, u: int) -> float:
        return self.panel.half_spread_bps[k, u] * 1e-4

    def sell(
        self,
        k: int,
        u: int,
        price: float,
        kind: str,
        share: float = 1.0,
        at: int = -1,
        both: bool = False,
    ) -> None:
        p = self.held[k]
        quantity = p["quantity"] * share
        money = quantity * self.unit_out(price, self.spread(k, u))
        self.cash += money
        p["money"] += money
        p["quantity"] -= quantity
        if share == 1.0:
            p.update(exit=u if at < 0 else at, kind=kind)
            p["peak"], p["trough"] = max(p["peak"], price), min(p["trough"], price)
            p["both"] = both
            self.trades.append(self.held.pop(k))

    def pay_funding(self, k: int, u: int) -> None:
        rates, p = self.panel.funding_frac, self.held[k]
        if rates is None or rates[k, u] == 0.0:
            return
        price = self.panel.open[k, u] if self.exists(k, u) else p["known"]
        money = p["quantity"] * rates[k, u] * price
        self.cash -= money
        p["money"] -= money
        p["funding"] += money

    def at_open(self, k: int, u: int) -> None:
        p, price = self.held[k], self.panel.open[k, u]
        late = u - p["entry"] >= p["cap"]
        order, p["order"] = ("time_limit" if late else p["order"]), ""
        if price <= p["level"]:
            self.sell(k, u, price, p["stop_kind"])
        elif order == "profit_taking":
            self.sell(k, u, price, order, self.rules.score.partial_frac)  # type: ignore[union-attr]
            p["halved"] = True
        elif order:
            self.sell(k, u, price, order)

    def refuse(self, reason: str) -> None:
        self.rejected[reason] = self.rejected.get(reason, 0) + 1

    def enter(self, row: int, u: int) -> None:
        e, x, k = self.entries, self.x, int(self.entries.symbol_index[row])
        self.ruined = self.ruined or self.equity <= 0 or self.equity < x.min_notional
        if self.ruined:
            return self.refuse("ruined")
        if not self.exists(k, u):
            return self.refuse("zero_volume" if self.has_bar(k, u) else "no_next_bar")
        if k in self.held:
            return self.refuse("already_in_position")
        if len(self.held) >= x.max_positions:
            return self.refuse("max_positions")
        price = float(self.panel.open[k, u])
        unit = self.unit_in(price, self.spread(k, u))
        exposure = sum(p["quantity"] * p["known"] for p in self.held.values())
        requested = [
            (e.size_frac[row] * self.equity, "below_min_notional"),
            (x.max_position_frac * self.equity, "below_min_notional"),
            (x.max_exposure_frac * self.equity - exposure, "exposure"),
            (self.cash / unit * price, "cash"),
        ]
        notional, reason = min(requested, key=lambda w: w[0])
        if notional <= 0 or notional < x.min_notional:
            return self.refuse(reason)
        quantity = notional / price
        self.cash -= quantity * unit
        self.held[k] = {
            "id": int(e.candidate_id[row]), "row": row, "entry": u, "price": price,
            "quantity": quantity, "money": -quantity * unit, "bought": quantity, "paid": unit,
            "level": price * (1 - e.stop_frac[row]), "target": price * (1 + e.target_frac[row]),
            "cap": int(e.max_holding_bars[row]), "stop_kind": "stop", "order": "", "halved": False,
            "peak": price, "trough": price, "known": price, "known_at": u,
            "floor": unit / self.unit_out(1.0, self.spread(k, u)), "funding": 0.0,
        }  # fmt: skip
        return None

    def inside(self, k: int, u: int) -> None:
        p, panel = self.held[k], self.panel
        stop, target = panel.low[k, u] <= p["level"], panel.high[k, u] > p["target"]
        both = stop and target and panel.open[k, u] > p["level"]
        if stop and not (both and self.rules.target_first):
            self.sell(k, u, min(panel.open[k, u], p["level"]), p["stop_kind"], both=both)
        elif target:
            self.sell(k, u, max(panel.open[k, u], p["target"]), "target", both=both)

    def at_close(self, k: int, u: int) -> None:
        p, panel, rules = self.held[k], self.panel, self.rules
        p["known"], p["known_at"] = float(panel.close[k, u]), u
        p["peak"] = max(p["peak"], panel.high[k, u])
        p["trough"] = min(p["trough"], panel.low[k, u])
        trail = rules.trailing
        if trail and p["peak"] >= p["price"] * (1 + trail.activation_frac):
            d = trail.distance_frac
            distance = d[p["row"]] if d.ndim == 1 else d[k, u]
            trail_level = p["peak"] - distance * p["price"] if not np.isnan(distance) else -np.inf
            if trail.break_even_floor:
                trail_level = max(trail_level, p["floor"])
            if trail_level > p["level"]:
                p["level"], p["stop_kind"] = trail_level, "trailing_stop"
        p["order"] = self.decision(p, k, u)

    def decision(self, p: dict[str, Any], k: int, u: int) -> str:
        since = u - p["entry"]
        if self.rules.score and since < self.rules.score.score.shape[1]:
            score = self.rules.score.score[p["row"], since]
            if score > self.rules.score.full:
                return "optimal_timing"
            if score > self.rules.score.partial and not p["halved"]:
                return "profit_taking"
        fill_minute = (self.panel.open_time[u] + STEP_MS) // 60_000 % 60
        required_net = self.rules.boundary_min_net_frac
        if required_net is not None and fill_minute in (0, 15, 30, 45):
            net = self.unit_out(p["known"], self.spread(k, u)) - p["paid"]
            if net >= required_net * p["price"]:
                return "quarter_hour"
        return ""

    def run(self) -> "Account":
        bars = self.panel.bars
        rows_at: dict[int, list[int]] = {}
        for row, signal in enumerate(self.entries.signal_index):
            rows_at.setdefault(int(signal) + 1, []).append(row)
        for u in range(bars):
            for k in sorted(self.held):
                self.pay_funding(k, u)
            for k in [k for k in sorted(self.held) if self.exists(k, u)]:
                self.at_open(k, u)
            for row in rows_at.get(u, []):
                self.enter(row, u)
            for k in [k for k in sorted(self.held) if self.exists(k, u)]:
                self.inside(k, u)
            for k in [k for k in sorted(self.held) if self.exists(k, u)]:
                self.at_close(k, u)
            if u == bars - 1:
                for k in sorted(self.held):
                    p = self.held[k]
                    self.sell(k, p["known_at"], p["known"], "end_of_data", at=u)
            worth = sum(p["quantity"] * p["known"] for p in self.held.values())
            self.equity = self.cash + worth
            self.marks.append(self.equity)
        for row in rows_at.get(bars, []):
            self.enter(row, bars)
        self.trades.sort(key=lambda t: t["row"])
        return self
