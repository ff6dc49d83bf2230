"""What a provider hands over is checked: channels, bounds, publication lags."""

import numpy as np
import pytest

from dipmaster.altdata import ChannelValues, build_channel, build_provider, read_values
from dipmaster.core.errors import DataError
from dipmaster.core.params.alternative import AlternativeData
from tests.altdata.conftest import MadeProvider, make_provider, times


def mood(value: float = 50.0, lag_minutes: float = 60, symbol: str = "") -> ChannelValues:
    return ChannelValues(symbol, "fear_greed", times(0), times(lag_minutes), np.array([value]))


def test_values_come_back_as_they_are(params: AlternativeData) -> None:
    frame = read_values(make_provider(params, mood()), "BTCUSDT")
    assert frame["value"].tolist() == [50.0]
    assert (frame["known_time"] - frame["event_time"]).iloc[0].total_seconds() == 3600


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (mood(lag_minutes=59), "60 minutes or more from event to publication"),
        (mood(lag_minutes=0), "60 minutes or more from event to publication"),
        (mood(value=101.0), "0..100, from 0 to 100"),
    ],
)
def test_values_that_cannot_be_are_refused(
    params: AlternativeData, part: ChannelValues, expected: str
) -> None:
    with pytest.raises(DataError) as error:
        read_values(make_provider(params, part), "BTCUSDT")
    assert expected in str(error.value)
    assert "provider 'made', BTCUSDT, channel 'fear_greed'" in str(error.value)
    assert "Fix:" in str(error.value)


def test_publication_that_is_moved_to_the_event_is_caught(params: AlternativeData) -> None:
    """The leak that flatters: a provider that stamps its values with the day they describe."""
    honest = make_provider(params, mood())
    early = honest.values.assign(known_time=honest.values["event_time"])
    with pytest.raises(DataError, match="from event to publication"):
        read_values(MadeProvider(early, honest.channels), "BTCUSDT")


def test_undeclared_channels_and_other_coins_are_refused(params: AlternativeData) -> None:
    provider = make_provider(params, mood())
    with pytest.raises(DataError, match="the channels that it declares: none"):
        read_values(MadeProvider(provider.values, ()), "BTCUSDT")

    class Careless(MadeProvider):
        def read(self, symbol: str):  # type: ignore[no-untyped-def]
            return self.values

    other = make_provider(params, mood(symbol="ETHUSDT"))
    with pytest.raises(DataError, match="its symbol"):
        read_values(Careless(other.values, other.channels), "BTCUSDT")


def test_values_that_are_not_finite_are_left_out(params: AlternativeData) -> None:
    part = ChannelValues(
        "", "fear_greed", times(0, 1, 2), times(60, 61, 62), np.array([np.nan, 3.0, np.inf])
    )
    assert read_values(make_provider(params, part), "X")["value"].tolist() == [3.0]


def test_delay_makes_publication_and_staleness_later(params: AlternativeData) -> None:
    late = params.model_copy(update={"delay_minutes": 30})
    now, then = build_channel("fear_greed", params), build_channel("fear_greed", late)
    assert then.publication_lag_minutes == now.publication_lag_minutes + 30
    assert then.staleness_minutes == now.staleness_minutes + 30


def test_none_has_nothing(params: AlternativeData) -> None:
    provider = build_provider(params.model_copy(update={"provider": "none"}))
    assert provider.channels == ()
    assert read_values(provider, "BTCUSDT").empty
