"""Files of an exchange's archive, and newest bars of any exchange, into data/raw."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from dipmaster.download.archive import Request
    from dipmaster.download.fetching import FetchResult
    from dipmaster.download.limits import TransferLimits

HELP = """Bring bars into data/raw; nothing else uses the network.

Example: dipmaster fetch binance BTCUSDT ETHUSDT --start 2023-01 --end 2024-12
"""
Market = Literal["spot", "um"]
SHOWN = 5
INTERRUPTED = 130
DEFAULT_KINDS = {"spot": "klines", "um": "klines,funding"}
DEFAULT_SETS = {"spot": "binance", "um": "binance-um"}


def binance(
    start: Annotated[str, typer.Option(help="First month, YYYY-MM.")],
    end: Annotated[str, typer.Option(help="Last month, YYYY-MM, included.")],
    symbols: Annotated[list[str] | None, typer.Argument(metavar="SYMBOL")] = None,
    market: Annotated[Market, typer.Option(help="spot, or um: futures.")] = "spot",
    set_name: Annotated[
        str | None,
        typer.Option("--set", help="Folder under data/raw; binance or binance-um."),
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            help="Of klines,funding,metrics,depth; klines for spot, klines,funding for um."
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(min=1, help="The n coins of most volume TODAY: survivorship bias."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Address of the archive, or a mirror.", envvar="DIPMASTER_ARCHIVE_URL"),
    ] = None,
    ticker_url: Annotated[
        str | None, typer.Option(help="Address that --top asks.", envvar="DIPMASTER_TICKER_URL")
    ] = None,
    connections: Annotated[int, typer.Option(min=1, max=32, help="Files at a time.")] = 8,
) -> None:
    """Bring months of the exchange's public archive into data/raw.

    Every file is verified against the archive's sha256 before it gets its name. Files that are
    there and good are kept: after a kill or an error the same command goes on. Months that are
    not published yet come by the day. What was not there stands in fetch.json of the set.

    Example: dipmaster fetch binance BTCUSDT ETHUSDT --start 2023-01 --end 2024-12
    """
    from dipmaster.cli.transfer import show_progress
    from dipmaster.core import catalog
    from dipmaster.download.archive import ARCHIVE_URL
    from dipmaster.download.fetching import fetch_archive
    from dipmaster.download.limits import TransferLimits

    limits = TransferLimits(connections=connections)
    check_choice(symbols or [], top)
    coins, choice = choose_coins(symbols or [], top, market, ticker_url, limits)
    request = build_request(coins, start, end, market, set_name, kinds)
    try:
        with show_progress() as progress:
            result = fetch_archive(
                request, url or ARCHIVE_URL, catalog.RAW, progress, choice=choice, limits=limits
            )
    except KeyboardInterrupt:
        typer.echo("dipmaster: stopped: whole files stay, the same command goes on", err=True)
        raise typer.Exit(INTERRUPTED) from None
    report(request, result, progress.bytes)
    if result.failed:
        raise typer.Exit(1)


def exchange(
    name: Annotated[str, typer.Argument(metavar="EXCHANGE", help="As ccxt calls it: kraken.")],
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL", help="BTC/USDT.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="Up to now.")] = 7,
    set_name: Annotated[
        str | None, typer.Option("--set", help="Folder under data/raw; the exchange's name.")
    ] = None,
) -> None:
    """Add the newest 5-minute bars of an exchange to a set, by ccxt.

    Needs the extra `fetch`. Bars that are there stay; the bar that is still open is left out.

    Example: dipmaster fetch exchange kraken BTC/USDT ETH/USDT --days 7
    """
    from datetime import UTC, datetime

    from dipmaster.core import catalog
    from dipmaster.download.exchange import fetch_newest, open_exchange

    opened, failures = open_exchange(name)
    added = fetch_newest(
        opened,
        name,
        symbols,
        catalog.RAW,
        check_set(set_name or name),
        now_ms=int(datetime.now(UTC).timestamp() * 1000),
        days=days,
        choice="coins that were named",
        failures=failures,
    )
    for one in added:
        typer.echo(f"{one.file}: {one.new} new bars, {one.bars} in all")


def check_choice(symbols: Sequence[str], top: int | None) -> None:
    """Demand symbols or their number.

    Raises
    ------
    DownloadError
        Where both are given, or none.
    """
    from dipmaster.download.errors import DownloadError, describe

    if bool(symbols) == (top is not None):
        found = "both" if symbols else "neither"
        fix = "for example `dipmaster fetch binance BTCUSDT --start 2023-01 --end 2024-12`"
        raise DownloadError(describe("SYMBOL...", "symbols or --top", found, fix))


def choose_coins(
    symbols: Sequence[str],
    top: int | None,
    market: Market,
    ticker_url: str | None,
    limits: "TransferLimits",
) -> tuple[tuple[str, ...], str]:
    """Coins to fetch and how they were chosen; what that means is said."""
    from dipmaster.download.ranking import SURVIVORSHIP, TICKER_URLS, rank_by_volume
    from dipmaster.market.raw.naming import check_symbol

    if top is None:
        coins = tuple(dict.fromkeys(check_symbol(symbol, "SYMBOL") for symbol in symbols))
        return coins, "coins that were named"
    coins = rank_by_volume(ticker_url or TICKER_URLS[market], market, top, limits)
    typer.echo(f"coins    {', '.join(coins)}")
    typer.echo(f"warning  {SURVIVORSHIP}", err=True)
    return coins, f"top {top}: {SURVIVORSHIP}"


def build_request(
    coins: tuple[str, ...],
    start: str,
    end: str,
    market: Market,
    set_name: str | None,
    kinds: str | None,
) -> "Request":
    """What is asked for, checked; days from today on are left out, months of them refused."""
    from datetime import UTC, datetime

    from dipmaster.download.archive import Request, list_months, parse_month, refuse_future

    first, last = parse_month(start, "--start"), parse_month(end, "--end")
    months, today = tuple(list_months(first, last)), datetime.now(UTC).date()
    refuse_future({"--start": first, "--end": last}, today)
    return Request(
        symbols=coins,
        months=months,
        market=market,
        set=check_set(set_name or DEFAULT_SETS[market]),
        kinds=check_kinds(kinds or DEFAULT_KINDS[market]),
        today=today,
    )


def check_set(name: str) -> str:
    """A name that can be a set's folder.

    Raises
    ------
    DownloadError
        For a path, a hidden folder, or that of alternative data.
    """
    import re

    from dipmaster.core import catalog
    from dipmaster.download.errors import DownloadError, describe

    if (
        re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name)
        and name != catalog.RAW_ALTERNATIVE.name
    ):
        return name
    expected = "letters, digits, - and _, and not `alt`"
    raise DownloadError(describe("--set", expected, repr(name[:40]), "for example --set binance"))


def check_kinds(text: str) -> tuple[str, ...]:
    """Kinds of files, each once.

    Raises
    ------
    DownloadError
        For a word that is none.
    """
    from dipmaster.download.archive import KINDS
    from dipmaster.download.errors import DownloadError, describe

    words = [word.strip() for word in text.split(",")]
    unknown = [word for word in words if word not in KINDS]
    if unknown:
        fix = "for example --kinds klines,funding"
        raise DownloadError(describe("--kinds", ", ".join(KINDS), repr(unknown[0][:20]), fix))
    return tuple(kind for kind in KINDS if kind in words)


def raise_empty(request: "Request") -> NoReturn:
    """Say that nothing came.

    Raises
    ------
    DownloadError
        Always.
    """
    from dipmaster.download.errors import DownloadError, describe

    asked = f"{', '.join(request.symbols[:SHOWN])}, {request.months[0]} to {request.months[-1]}"
    fix = "correct symbols, months or --kinds; the reasons are above"
    raise DownloadError(describe(asked, "files of the archive", "none; no bars were added", fix))


def report(request: "Request", result: "FetchResult", received: int) -> None:
    """Say what came, what was there, and what is missing; an error where that is all."""
    from collections import Counter

    new = sum(one.is_new for one in result.placed)
    typer.echo(
        f"files    {len(result.placed)}: {new} new ({received / 1e6:.1f} MB received), "
        f"{len(result.placed) - new} kept"
    )
    for reason, count in sorted(Counter(entry.reason for entry in result.missing).items()):
        names = [entry.file for entry in result.missing if entry.reason == reason][:SHOWN]
        more = f" and {count - SHOWN} more" if count > SHOWN else ""
        typer.echo(f"missing  {count} {reason}: {', '.join(names)}{more}")
    for entry in result.failed[:SHOWN]:
        typer.echo(f"dipmaster: error: {entry.detail}", err=True)
    if not (result.placed or result.failed):
        raise_empty(request)
    typer.echo(f"record   data/raw/{request.set}/fetch.json")
    typer.echo(
        f"next     dipmaster check --set ingest.source=raw --set ingest.raw.set={request.set}"
    )
