"""States of a report with phase 4: credited, not credited, no data, abstained, real bars."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.altdata import AlternativeDataRecord
from dipmaster.results.common import Credit, CreditVerdict
from dipmaster.results.evaluation.alternative_data import AlternativeDataFigures, FeedTrades
from tests.made.alternative_data import (
    FEEDS,
    alternative_data,
    coverage,
    moved,
    no_data,
    record,
    without_data,
)
from tests.made.common import interval, sample
from tests.made.validation import nothing_to_compare
from tests.report.run import run, validated, with_gates
from tests.report.states_of_baseline import real_bars
from tests.report.states_of_selection import nothing_bought

NOT_BETTER = (
    "the mean log loss is not lower with evidence: reduction -0.00120 (confidence interval "
    "-0.00410 to 0.00180) over 6,243 candidates; permutation test p = 0.070, not met at 0.025"
)
TOO_FEW = "40 candidates with evidence, 100 needed"


def with_evidence(
    base: ReportInputs, found: AlternativeDataRecord, figures: AlternativeDataFigures
) -> ReportInputs:
    """The run with other results of alternative data, in both files."""
    return replace(validated(base, alternative_data=figures), alternative_data=found)


def judged_as(verdict: CreditVerdict, reason: str) -> ReportInputs:
    """All five phases, with another credit."""
    credit = Credit(verdict=verdict, reason=reason)
    return with_evidence(
        run(4), replace(record(), credit=credit), replace(alternative_data(), credit=credit)
    )


def phase_4_not_credited() -> ReportInputs:
    """Evidence worsens the score; shuffling a feed changes nothing for certain."""
    base = judged_as("not credited", NOT_BETTER)
    found = base.alternative_data
    assert found.comparison is not None
    worse = replace(found.comparison, improvement=interval(-0.0012, 0.003))
    idle = tuple(replace(one, loss_rise=0.0002, p_value=0.3) for one in found.permutations)
    return replace(base, alternative_data=replace(found, comparison=worse, permutations=idle))


def phase_4_too_few() -> ReportInputs:
    """Less evidence than a credit needs."""
    return judged_as("insufficient data", TOO_FEW)


def phase_4_no_data() -> ReportInputs:
    """No source has a channel: phase 4 is phase 3."""
    base = with_evidence(run(4), no_data(), without_data())
    same = nothing_to_compare("the trades are the same", 3)
    phases = {**base.validation.phases, "4": base.validation.phases["3"]}
    targets = {row.metric: row.target for row in base.gates if row.phase == 4}
    fourth = tuple(
        replace(row, phase=4, target=targets[row.metric]) for row in base.gates if row.phase == 3
    )
    rows = tuple(row for row in base.gates if row.phase != 4)
    whole = validated(base, phases=phases, differences={**base.validation.differences, "4": same})
    return replace(with_gates(whole, (*rows, *fourth)), equity={**base.equity, 4: base.equity[3]})


def phase_4_abstained() -> ReportInputs:
    """Evidence lowers every score below its threshold."""
    why = "0 of 6,250 candidates reached it"
    base = nothing_bought(run(4), 4, why, "threshold")
    nothing = moved(0, 0, None)
    figures = replace(
        alternative_data(),
        admitted=0, kept=nothing, gained=nothing, lost=moved(164, 124, 19.1),
        by_feed=dict.fromkeys(FEEDS, FeedTrades(gained=nothing, lost=nothing)),
        ceiling=replace(alternative_data().ceiling, mean_confidence=None),
    )  # fmt: skip
    differences = {**base.validation.differences, "4": nothing_to_compare("no trade", 3)}
    return validated(base, alternative_data=figures, differences=differences)


def phase_4_real() -> ReportInputs:
    """Files on real bars: forty channels, rows cleaned, a truth that nobody knows."""
    base = real_bars(run(4))
    flows = coverage().channels[0]
    channels = tuple(
        replace(
            flows, channel=f"quoted_bid_volume_{k}", unit="quote", coverage_frac=None if k else 0.1,
            first_event=None if k else flows.first_event, median_age_minutes=None,
            longest_gap_hours=None if k == 1 else 4410.5,
        )
        for k in range(40)
    )  # fmt: skip
    cleaning = {"BTCUSDT-metrics-<b>2021.zip": {"doubled value": 288, "row out of order": 3}}
    data = replace(coverage(), provider="files", channels=channels, cleaning=cleaning)
    figures = alternative_data()
    ceiling = replace(figures.ceiling, reach="not known", planted=None)
    return with_evidence(base, replace(record(), data=data), replace(figures, ceiling=ceiling))


def with_reach(value: float | None, reach: str) -> ReportInputs:
    """All five phases, the win rate of a perfect reader of the market being this."""
    base = run(4)
    figures = base.validation.evidence
    ceiling = replace(figures.ceiling, reach=reach, planted=sample(value, 0.02, 940))  # type: ignore[arg-type]
    return validated(base, alternative_data=replace(figures, ceiling=ceiling))
