"""Alternative data to evidence at each candidate: on-chain, sentiment, order book.

A provider hands over values with the time of their publication (`read_values`); `asof` joins
what was known at the close of a candidate's bar; three analysers turn it into scores with
their coverage (`build_evidence`). What is absent is missing, never invented.
"""

from dipmaster.altdata.asof import ChannelInput
from dipmaster.altdata.channels import CHANNEL_KINDS, Channel, build_channel
from dipmaster.altdata.evidence import Evidence, build_evidence, build_inputs
from dipmaster.altdata.provider import (
    MARKET_WIDE,
    ChannelValues,
    Provider,
    build_values,
    read_values,
)
from dipmaster.altdata.providers import PROVIDERS, build_provider, check_files

__all__ = [
    "CHANNEL_KINDS",
    "MARKET_WIDE",
    "PROVIDERS",
    "Channel",
    "ChannelInput",
    "ChannelValues",
    "Evidence",
    "Provider",
    "build_channel",
    "build_evidence",
    "build_inputs",
    "build_provider",
    "build_values",
    "check_files",
    "read_values",
]
