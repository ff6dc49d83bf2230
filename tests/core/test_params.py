"""params.yaml: frozen, unknown keys refused, every fault reported at once."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from dipmaster.core.errors import ParamsError, PipelineError
from dipmaster.core.params import Params, ParamsFile

SECTIONS = tuple(ParamsFile.model_fields)


@pytest.fixture
def raw(project: Path) -> Any:
    return copy.deepcopy(yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8")))


def test_the_committed_file_fits(raw: Any) -> None:
    assert Params.parse(raw, SECTIONS).exits.max_holding_bars == raw["exits"]["max_holding_bars"]


def test_all_faults_are_reported_at_once_with_path_value_and_what_is_allowed(raw: Any) -> None:
    raw["exits"]["target_frac"] = -0.5
    raw["signal"]["rule"] = "moon"
    raw["gates"]["alhpa"] = 0.05
    del raw["split"]["burn_in_days"]
    with pytest.raises(ParamsError) as raised:
        Params.parse(raw, SECTIONS)
    text = str(raised.value)
    assert "4 values do not fit" in text
    assert "exits.target_frac: Input should be greater than or equal to" in text
    assert "found -0.5" in text
    assert "signal.rule" in text
    assert "'dip', 'dipmaster_v4' or 'capitulation'" in text
    assert "gates.alhpa: there is no such key" in text
    assert "split.burn_in_days: Field required" in text


@pytest.mark.parametrize("value", ["0.5", None, True, [0.5], float("nan"), float("inf")])
def test_a_number_must_be_a_number(raw: Any, value: Any) -> None:
    raw["ingest"]["simulated"]["edge"] = value
    with pytest.raises(ParamsError, match=r"ingest\.simulated\.edge"):
        Params.parse(raw, SECTIONS)


def test_a_whole_number_fits_where_a_fraction_is_asked(raw: Any) -> None:
    raw["ingest"]["simulated"]["edge"] = 0
    assert Params.parse(raw, SECTIONS).ingest.simulated.edge == 0


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_a_file_that_is_no_mapping_is_refused(value: Any) -> None:
    with pytest.raises(ParamsError):
        Params.parse(value, SECTIONS)


def test_a_bad_date_is_refused(raw: Any) -> None:
    raw["ingest"]["max_time"] = "soon"
    with pytest.raises(ParamsError, match=r"ingest\.max_time"):
        Params.parse(raw, SECTIONS)


def test_nothing_can_be_changed(raw: Any) -> None:
    exits = Params.parse(raw, SECTIONS).exits
    with pytest.raises(ValidationError, match="frozen"):
        exits.max_holding_bars = 1  # type: ignore[misc]


def test_a_section_that_was_not_declared_cannot_be_read(raw: Any) -> None:
    params = Params.parse(raw, ("gates",))
    assert params.gates.alpha == raw["gates"]["alpha"]
    with pytest.raises(PipelineError, match=r"section 'exits' .* not declared"):
        _ = params.exits


def test_every_section_has_its_property(raw: Any) -> None:
    params = Params.parse(raw, SECTIONS)
    assert set(params.values()) == set(SECTIONS)
    assert all(getattr(params, name) is not None for name in SECTIONS)


def test_candidates_that_could_overlap_are_refused_with_both_paths(raw: Any) -> None:
    raw["exits"]["max_holding_bars"] = 48
    raw["signal"]["cooldown_bars"] = 47
    with pytest.raises(ParamsError) as raised:
        Params.parse(raw, SECTIONS)
    assert (
        "signal.cooldown_bars (47) must be at least exits.max_holding_bars (48): "
        "else a candidate can fall while the trade of the one before is open\n"
    ) in str(raised.value)
    raw["signal"]["cooldown_bars"] = 48
    assert Params.parse(raw, SECTIONS).signal.cooldown_bars == 48


def test_real_alternative_data_beside_simulated_bars_is_refused(raw: Any) -> None:
    raw["ingest"]["source"], raw["alternative_data"]["provider"] = "simulated", "files"
    with pytest.raises(ParamsError, match=r"provider files needs ingest\.source raw"):
        Params.parse(raw, SECTIONS)
    raw["ingest"]["source"] = "raw"
    assert Params.parse(raw, SECTIONS).alternative_data.provider == "files"


def test_alternative_data_that_could_never_be_used_is_refused(raw: Any) -> None:
    feeds = raw["alternative_data"]["feeds"]
    feeds["fear_greed"] = {"lag_minutes": 60, "staleness_minutes": 60}
    feeds["exchange_flows"]["lag_minutes"] = 1439
    raw["alternative_data"]["sentiment"]["weights"]["social_media"] = 0.4
    with pytest.raises(ParamsError) as raised:
        Params.parse(raw, SECTIONS)
    assert "staleness_minutes must exceed lag_minutes" in str(raised.value)
    assert "exchange_flows.lag_minutes: Input should be greater than or equal to 1440" in str(
        raised.value
    )
    assert "weights must sum to 1, not to 1.1" in str(raised.value)


def test_the_simulated_market_must_end_before_max_time(raw: Any) -> None:
    raw["ingest"]["max_time"] = "2035-01-01"
    raw["ingest"]["simulated"] |= {"start": "2034-12-31", "days": 2}
    with pytest.raises(ParamsError, match="must not lie beyond max_time"):
        Params.parse(raw, SECTIONS)


def test_levels_beyond_the_burn_in_are_refused(raw: dict) -> None:
    raw["split"]["models_from_day"] = raw["split"]["burn_in_days"] + 1
    with pytest.raises(ParamsError, match="models_from_day must not lie beyond burn_in_days"):
        Params.parse(raw, ("split",))


def test_a_misspelt_or_old_key_names_the_one_that_is_missing(raw: Any) -> None:
    raw["exits"]["cap_bars"] = raw["exits"].pop("max_holding_bars")
    raw["split"]["calibrator_from_day"] = 75
    with pytest.raises(ParamsError) as raised:
        Params.parse(raw, SECTIONS)
    lines = str(raised.value).splitlines()
    assert (
        "  exits.cap_bars: there is no such key (missing beside it: max_holding_bars), found 36"
        in lines
    )
    assert "  split.calibrator_from_day: there is no such key, found 75" in lines


@pytest.mark.parametrize(
    "path",
    [
        "sizing.unknown_factor",
        "volatility.regime.size_factors.high",
        "volatility.intraday.size_factors.cautious",
    ],
)
def test_no_factor_of_a_size_is_0(raw: Any, path: str) -> None:
    """The report says of an order of size 0 that its Kelly fraction is 0."""
    *sections, key = path.split(".")
    section = raw
    for name in sections:
        section = section[name]
    section[key] = 0.0
    with pytest.raises(ParamsError, match=path.replace(".", r"\.")):
        Params.parse(raw, SECTIONS)


CHANGEABLE = ("filter", "exits", "confidence.thresholds")


def test_other_values_by_their_path_leave_the_rest_as_it_is(raw: Any) -> None:
    params = Params.parse(raw, ("filter", "exits"))
    changed = params.with_changes({"filter.rsi_max": 40.0, "exits.decision.full_probability": 0.9})
    assert (changed.filter.rsi_max, params.filter.rsi_max) == (40.0, raw["filter"]["rsi_max"])
    assert changed.value_at("exits.decision.full_probability") == 0.9
    back = {path: params.value_at(path) for path in ("filter.rsi_max",)}
    restored = changed.with_changes(
        {**back, "exits.decision.full_probability": raw["exits"]["decision"]["full_probability"]}
    )
    assert restored.values() == params.values()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("filter.rsi", "no such value"),
        ("filter.rsi_max.deep", "no such value"),
        ("signal.z_min", "not declared by this stage"),
        ("confidence.calibrator", "no such value"),
    ],
)
def test_a_path_that_is_not_there_or_not_declared_is_refused(
    raw: Any, path: str, message: str
) -> None:
    with pytest.raises(PipelineError, match=message):
        Params.parse(raw, CHANGEABLE).with_changes({path: 1.0})


def test_changes_that_do_not_fit_together_are_refused_as_in_the_file(raw: Any) -> None:
    with pytest.raises(ParamsError, match="must not exceed full_probability"):
        Params.parse(raw, CHANGEABLE).with_changes({"exits.decision.partial_probability": 0.95})
    with pytest.raises(ParamsError, match=r"filter\.rsi_max"):
        Params.parse(raw, CHANGEABLE).with_changes({"filter.rsi_max": 101.0})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("filter.rsi_max", (0.0, 100.0)),
        ("filter.volume_within_bars", (1.0, 100.0)),
        ("confidence.thresholds.low_volatility", (0.0, 1.0)),
        ("exits.decision.partial_frac", (0.01, 0.99)),
        ("filter.checks", (-float("inf"), float("inf"))),
    ],
)
def test_the_range_of_a_number_is_that_of_its_model(
    path: str, expected: tuple[float, float]
) -> None:
    assert Params.range_of(path) == expected


def test_a_range_of_nothing_is_refused() -> None:
    for path in ("filter.rsi", "filter.rsi_max.deep", "nothing"):
        with pytest.raises(PipelineError, match="no such value"):
            Params.range_of(path)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("fees_bps", [5.0, 2.0], "fees_bps must rise"),
        ("capitals", [1e4, 1e4], "capitals must rise"),
        ("slippages_bps", [-1.0, 2.0], "slippages_bps must lie between 0 and 500"),
        ("capitals", [1e4, 1e13], "capitals must lie between"),
    ],
)
def test_lists_of_the_sensitivity_rise_within_limits(
    raw: Any, name: str, values: list[float], message: str
) -> None:
    raw["sensitivity"][name] = values
    with pytest.raises(ParamsError, match=message):
        Params.parse(raw, ("sensitivity",))


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("market_crash", "hours", 25, r"market_crash\.hours: 300"),
        ("flash_crash", "rebound_bars", 286, r"fall_bars \+ rebound_bars: 289"),
        ("outage", "minutes", 1440, r"outage\.minutes and the bar after: 289"),
        ("stale_prices", "minutes", 1440, r"stale_prices\.minutes and the bar after: 289"),
    ],
)
def test_a_shock_longer_than_its_window_is_refused(
    raw: Any, section: str, key: str, value: int, words: str
) -> None:
    raw["stress"]["window_days"] = 1
    assert Params.parse(raw, ("stress",)).stress.window_days == 1
    raw["stress"][section][key] = value
    with pytest.raises(ParamsError, match=rf"longer than window_days \(288 bars\); .*{words}"):
        Params.parse(raw, ("stress",))


@pytest.mark.parametrize("section", ["outage", "stale_prices"])
def test_minutes_that_are_no_whole_bars_are_refused(raw: Any, section: str) -> None:
    raw["stress"][section]["minutes"] = 82
    with pytest.raises(ParamsError, match=rf"{section}\.minutes: .*a multiple of 5"):
        Params.parse(raw, ("stress",))


@pytest.mark.parametrize("key", ["fees_bps", "slippages_bps", "capitals"])
def test_an_empty_list_of_settings_is_refused(raw: Any, key: str) -> None:
    raw["sensitivity"][key] = []
    with pytest.raises(ParamsError, match=rf"sensitivity\.{key}"):
        Params.parse(raw, ("sensitivity",))


def test_a_phase_without_a_column_of_targets_is_held_against_the_final_one(raw: Any) -> None:
    gates = Params.parse(raw, ("gates",)).gates
    assert gates.targets_of(1) == gates.targets.phase_1 != gates.targets.phase_4
    assert gates.targets_of(0) == gates.targets_of(5) == gates.targets.phase_4


def test_a_list_is_asked_for_in_words_and_its_faults_are_listed_once(raw: Any) -> None:
    raw["ingest"]["raw"]["symbols"] = "BTCUSDT"
    with pytest.raises(ParamsError, match="expected a list in brackets, separated by commas"):
        Params.parse(raw, SECTIONS)
    raw["ingest"]["raw"]["symbols"] = ["A"]
    with pytest.raises(ParamsError, match=r"1 value does not fit:\n.*symbols\.0: "):
        Params.parse(raw, SECTIONS)
