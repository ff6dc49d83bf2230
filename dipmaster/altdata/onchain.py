"""On-chain evidence, roadmap 4.1: accumulation, exchange flows, holders, network activity.

Each metric is a score of 0..1, 0.5 neutral, above it bullish. What a metric is made of
depends on what the source has; docs/alternative-data.md lists it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dipmaster.altdata.asof import ChannelInput
from dipmaster.altdata.composite import (
    NEUTRAL,
    combine,
    grade,
    mean_of_known,
    prefer,
    squash,
)
from dipmaster.altdata.statistics import (
    log_change_z,
    net_share_of_changes,
    trailing_change,
    trailing_log_z,
    trailing_z,
)
from dipmaster.core.kernels import Floats
from dipmaster.core.params.alternative import OnChain
from dipmaster.core.time_units import DAY_MS


@dataclass(frozen=True)
class OnChainAnalytics:
    """The four metrics and their composite; nothing is looked up, nothing is kept."""

    params: OnChain

    @cached_property
    def inputs(self) -> tuple[ChannelInput, ...]:
        """What `analyze` is to be given."""
        span, past = self.params.change_days * DAY_MS, self.params.history_days * DAY_MS
        return (
            ChannelInput("holder_change", "large_holder_supply", trailing_change, span),
            ChannelInput("supply_change", "total_supply", trailing_change, span),
            ChannelInput("exchange_supply_share", "exchange_supply", net_share_of_changes, span),
            ChannelInput("inflow", "exchange_inflow"),
            ChannelInput("outflow", "exchange_outflow"),
            ChannelInput("inflow_usd", "exchange_inflow_usd"),
            ChannelInput("outflow_usd", "exchange_outflow_usd"),
            ChannelInput("volume_usd", "spot_volume_usd"),
            ChannelInput("net_flow_frac", "net_exchange_flow_frac"),
            ChannelInput("net_flow_z", "net_exchange_flow_frac", trailing_z, past),
            ChannelInput("holder_growth_z", "funded_addresses", log_change_z, span),
            ChannelInput("addresses_z", "active_addresses", trailing_log_z, past),
            ChannelInput("transactions_z", "transactions", trailing_log_z, past),
            ChannelInput("large_transactions_z", "large_transactions", trailing_log_z, past),
            ChannelInput("whale_value_usd", "whale_value_usd"),
            ChannelInput("whale_value_z", "whale_value_usd", trailing_log_z, past),
        )

    def analyze(self, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """Score candidates, see `Analyzer.analyze`."""
        params = self.params
        components = {
            "whale_accumulation": squash(params.accumulation_gain * accumulation_ratio(values)),
            "exchange_flows": self._score_flows(values),
            "holder_distribution": squash(0.5 * values["holder_growth_z"]),
            "network_activity": squash(0.5 * _mean_activity(values)),
        }
        composite = combine(components, params.weights.model_dump())
        return {
            **composite.as_columns("on_chain"),
            **components,
            "exchange_flow_signal": self._signal_flows(values),
            "whale_active": self._find_whales(values),
        }

    def _score_flows(self, values: Mapping[str, Floats]) -> Floats:
        """Net outflow against its past, else against `flow_frac` of a day's volume, else the ratio.

        Flows of five minutes are far below a limit that is meant for days: where a source has
        the net flow itself, its own past is the yardstick.
        """
        by_past = squash(-0.5 * values["net_flow_z"])
        by_volume = squash(-net_flow_frac(values) / self.params.flow_frac)
        return prefer(by_past, by_volume, NEUTRAL + 0.5 * flow_ratio(values))

    def _signal_flows(self, values: Mapping[str, Floats]) -> Floats:
        """By the roadmap's ratio; where only the net flow is known, by `flow_frac`."""
        return prefer(
            grade(flow_ratio(values), self.params.flow_signal_ratio),
            grade(-net_flow_frac(values), self.params.flow_frac),
        )

    def _find_whales(self, values: Mapping[str, Floats]) -> Floats:
        whale = values["whale_value_usd"]
        active = (whale >= self.params.whale_usd).astype(np.float64)
        return np.where(np.isfinite(whale), active, np.nan)


def accumulation_ratio(values: Mapping[str, Floats]) -> Floats:
    """Roadmap: change of large holders' supply over the absolute change of all supply.

    Where nobody knows what large holders have: minus the share of the changes of exchanges'
    supply that was net, 1 where coins only left exchanges.
    """
    supply = np.abs(values["supply_change"])
    moved = supply > 0.0
    ratio = np.where(moved, values["holder_change"] / np.where(moved, supply, 1.0), 0.0)
    known = np.isfinite(supply) & np.isfinite(values["holder_change"])
    return prefer(np.where(known, ratio, np.nan), -values["exchange_supply_share"])


def flow_ratio(values: Mapping[str, Floats]) -> Floats:
    """Net outflow over gross flow, -1..1; 0 where nothing flowed; in coins, else in USD."""
    return prefer(
        _flow_ratio(values["inflow"], values["outflow"]),
        _flow_ratio(values["inflow_usd"], values["outflow_usd"]),
    )


def _flow_ratio(inflow: Floats, outflow: Floats) -> Floats:
    gross = inflow + outflow
    ratio = np.where(gross > 0.0, (outflow - inflow) / np.where(gross > 0.0, gross, 1.0), 0.0)
    return np.where(np.isfinite(gross), ratio, np.nan)


def net_flow_frac(values: Mapping[str, Floats]) -> Floats:
    """Inflow minus outflow over a day's volume; as the source has it, else from USD values."""
    volume = values["volume_usd"]
    traded = volume > 0.0
    net = (values["inflow_usd"] - values["outflow_usd"]) / np.where(traded, volume, 1.0)
    return prefer(values["net_flow_frac"], np.where(traded, net, np.nan))


def _mean_activity(values: Mapping[str, Floats]) -> Floats:
    names = ("addresses_z", "transactions_z", "large_transactions_z", "whale_value_z")
    return mean_of_known(*(values[name] for name in names))
