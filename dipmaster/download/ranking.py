"""The coins that trade most today: quick to choose, and biased when history is judged by them."""

import json
import re
from typing import Any, Final

from dipmaster.download.archive import Market
from dipmaster.download.client import Client
from dipmaster.download.errors import RefusedError, describe
from dipmaster.download.limits import TransferLimits

TICKER_URLS: Final = {
    "spot": "https://api.binance.com",
    "um": "https://fapi.binance.com",
}
SURVIVORSHIP: Final = (
    "chosen by their volume today, so coins that fell out of favour or were delisted since are "
    "not among them: results of the past are flattered (survivorship bias)"
)
_PATHS = {"spot": "api/v3/ticker/24hr", "um": "fapi/v1/ticker/24hr"}
_SYMBOL = re.compile(r"[A-Z0-9]{2,16}USDT")
# Their price against USDT hardly moves: they are no coins to buy dips of.
_STABLE = frozenset(
    f"{name}USDT"
    for name in "USDC FDUSD TUSD BUSD DAI USDP USD1 USDE EUR AEUR EURI XUSD".split()  # noqa: SIM905
)
_MAX_BYTES = 32 << 20
_FIX = "name the symbols instead of --top, or correct --ticker-url"


def rank_by_volume(
    base_url: str, market: Market, number: int, limits: TransferLimits
) -> tuple[str, ...]:
    """Pairs with USDT by quote volume of the last 24 hours, the largest first.

    Stable coins are left out. The choice knows today: see `SURVIVORSHIP`.

    Parameters
    ----------
    base_url
        Of the exchange's interface, which is another than the archive's.

    Raises
    ------
    DownloadError
        Where the list cannot be had, or has fewer pairs.
    """
    client = Client(base_url, limits)
    path = _PATHS[market]
    rows = _parse(client.read_text(path, _MAX_BYTES), f"{client.base_url}/{path}")
    volumes = {symbol: volume for symbol, volume in rows if symbol not in _STABLE}
    ranked = sorted(volumes, key=lambda symbol: (-volumes[symbol], symbol))[:number]
    if len(ranked) < number:
        found = f"{len(ranked)}"
        raise RefusedError(describe(client.base_url, f"{number} pairs with USDT", found, _FIX))
    return tuple(ranked)


def _parse(text: str, where: str) -> list[tuple[str, float]]:
    try:
        rows: list[Any] = json.loads(text)
        pairs = [(str(row["symbol"]), float(row["quoteVolume"])) for row in rows]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        expected = "a list with symbol and quoteVolume"
        raise RefusedError(describe(where, expected, repr(text[:40]), _FIX)) from error
    return [(symbol, volume) for symbol, volume in pairs if _SYMBOL.fullmatch(symbol)]
