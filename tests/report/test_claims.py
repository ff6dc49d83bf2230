"""The roadmap's claims in print: each once, in its unit, those of later phases apart."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.claims import view as claims
from dipmaster.report.inputs import ReportInputs
from tests.report.printed import plain, say

States = dict[str, Callable[[], ReportInputs]]
MINUS = "−"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 1"]()


def test_every_claim_is_listed_once_and_later_phases_are_not_measured(built: ReportInputs) -> None:
    groups = claims.group(built.claims)
    assert [(group.title, len(group.table.rows)) for group in groups] == [
        ("Phase 1", 6),
        ("Whole plan", 1),
        ("Not measured", 6),
    ]
    assert all("not measured" in row[-1] for row in groups[-1].table.rows)
    view = claims.view(built)
    assert say("chapters/claims/sentences.html.j2", "summary", view["total"], view["tally"]) == (
        "Of 13 claims: 1 met, 1 inconclusive, 5 not met, 6 not measured."
    )


def test_a_later_measurement_takes_the_place_of_a_line_without_one(built: ReportInputs) -> None:
    waiting = built.validation.claims[-1]
    assert waiting.verdict == "not measured"
    measured = replace(waiting, verdict="not met", value=0.1, low=0.0, high=0.2, n=20)
    outcomes = replace(built.outcomes, claims=(measured,))
    listed = replace(built, outcomes=outcomes).claims
    assert [one for one in listed if one.id == waiting.id] == [measured]
    assert len(listed) == len(built.validation.claims)


def test_a_claim_is_printed_in_its_unit(built: ReportInputs) -> None:
    rows = {claim.id: claim for claim in built.validation.claims}
    assert plain(claims.target_of(rows["win_rate_gain"])) == "+3.0 to +5.0 points"
    assert plain(claims.value_of(rows["win_rate_gain"])) == "+28.8 points"
    assert plain(claims.target_of(rows["holding"])) == "45 to 120 minutes"
    assert plain(claims.target_of(rows["fewer_trades"])) == f"{MINUS}30.0 to {MINUS}25.0 %"
    assert claims.value_of(rows["sharpe"]) == "–"


def test_reasons_use_the_terms_of_the_other_chapters(built: ReportInputs) -> None:
    written = "against each coin's latent state; calibration error 2.0 % [0.8 %, 3.3 %]"
    claim = replace(built.claims[0], verdict="met", reason=written)
    printed = plain(claims.MEASURED[-1].cell(claim)).replace("'", "’")
    assert printed.endswith("each coin’s true state; ECE 2.0 % (0.8 to 3.3 %)")
