"""The quality report's JSON as tables: gaps told once, faults named, columns explained."""

import copy
from collections.abc import Callable
from dataclasses import replace

from dipmaster.report.chapters.quality import view as quality
from dipmaster.report.inputs import Inputs

States = dict[str, Callable[[], Inputs]]


def test_a_gap_that_all_coins_share_is_told_once(states: States) -> None:
    assert quality.view(states["real bars"]()).longest_gaps == [
        ("all 3 coins", "2023-03-24 11:30", "2023-03-24 13:55", "30")
    ]


def test_gaps_come_longest_first_with_their_coins(states: States) -> None:
    base = states["real bars"]()
    ingest = copy.deepcopy(dict(base.ingest))
    longer = {"bars": 31, "from": "2024-01-01T00:00:00Z", "to": "2024-01-01T02:30:00Z"}
    for coin in ("ETHUSDT", "BTCUSDT"):
        ingest["symbols"][coin]["gaps"]["longest"] = [longer]
    gaps = quality.view(replace(base, ingest=ingest)).longest_gaps
    assert [row[0] for row in gaps] == ["BTCUSDT, ETHUSDT", "ADAUSDT"]


def test_faults_name_their_coins(states: States) -> None:
    base = states["losing"]()
    ingest = copy.deepcopy(dict(base.ingest))
    ingest["symbols"]["BTCUSDT"]["duplicates"] = 2
    said = quality.view(replace(base, ingest=ingest)).faults
    assert "duplicate stamps: BTCUSDT 2" in said
    assert "stamps off the 5-minute grid: none" in said


def test_columns_files_and_rows_of_real_bars(states: States) -> None:
    view = quality.view(states["real bars"]())
    assert view.columns == [
        ("No coin has half spread bps", "the half-spread is a fixed number"),
        ("ADAUSDT: trade count", "only some of its files have it"),
    ]
    assert [(row.reason, row.count) for row in view.dropped] == [("high below low", "3")]
    assert view.coins[0].dropped == "3"
    assert view.coins[0].longest == "2.5\N{NO-BREAK SPACE}h"
    assert view.ignored[0].name.endswith("and 20 more")


def test_a_simulated_market_has_no_files(states: States) -> None:
    view = quality.view(states["losing"]())
    assert not view.has_files
    assert view.coins[0].longest == "–"


def test_coins_that_ended_early_and_bars_cut_off_are_told(losing: Inputs) -> None:
    ingest = copy.deepcopy(losing.ingest)
    name = sorted(ingest["symbols"])[0]
    ingest["market"]["ended_early"] = [name]
    ingest["symbols"][name]["trimmed_bars"] = 3
    early, cut = quality.view(replace(losing, ingest=ingest)).ends
    assert early.startswith(
        f"Ended early: {name} on {ingest['symbols'][name]['last_open_time'][:10]}"
    )
    assert "3 bars in all" in cut
    assert quality.view(losing).ends == []
