"""All rules, by severity and then by importance; those that apply make the findings."""

from collections.abc import Callable, Mapping, Sequence

from dipmaster.report.findings import (
    alternative,
    assumptions,
    models,
    results,
    sample,
    selection,
    stress,
    volatility,
)
from dipmaster.report.findings.finding import Evidence, Finding, Rule, Severity, print_finding
from dipmaster.report.inputs import ReportInputs

_BY_SEVERITY: Mapping[Severity, Sequence[Callable[[ReportInputs], Evidence | None]]] = {
    "high": (
        sample.broken_ledger,
        results.ruined,
        results.harmful_addition,
        results.losing_phase,
        sample.too_short,
        models.no_score,
        sample.no_trades,
        results.orders_too_large,
        sample.simulated_market,
        sample.too_few_trades,
        sample.recorded_bars,
        stress.drawdown_under_stress,
    ),
    "medium": (
        alternative.win_rate_out_of_reach,
        results.losing_baseline,
        alternative.no_alternative_data,
        alternative.uncredited_evidence,
        sample.few_losing_trades,
        results.thin_cost_margin,
        sample.clustered_trades,
        sample.short_period,
        results.rarely_invested,
        stress.harmful_risk_controls,
        results.below_benchmark,
        results.concentrated_profit,
        selection.threshold_rejects_nearly_all,
        selection.regime_never_traded,
        results.lower_with_phase,
        results.exits_not_better,
        volatility.conflicting_targets,
        volatility.scalar_at_bound,
        volatility.targeting_lost_to_bounds,
        volatility.spillover_no_better_than_chance,
        models.silent_exit_models,
        models.unproven_calibration,
        models.regime_no_better_than_naive,
        models.better_forecast,
        models.garch_at_bound,
        results.unmet_claims,
        assumptions.untested_sensitivity,
        assumptions.full_fills,
        assumptions.no_funding,
        sample.not_built,
    ),
    "low": (
        results.untold_order_within_bars,
        results.trailing_stop_lost,
        alternative.idle_feeds,
        alternative.absent_components,
        models.weightless_inputs,
        models.features_left_out,
        volatility.weekdays_without_skill,
        results.uncorrected_ablation,
        assumptions.fixed_spread,
        assumptions.gaps_in_bars,
        assumptions.contradictory_baseline,
    ),
}

RULES: Sequence[Rule] = [
    Rule(name=evidence.__name__, severity=severity, evidence=evidence)
    for severity, all_evidence in _BY_SEVERITY.items()
    for evidence in all_evidence
]


def find(inputs: ReportInputs) -> list[Finding]:
    """The findings of a run, the most severe first."""
    applying = [(rule, rule.evidence(inputs)) for rule in RULES]
    return [print_finding(rule, evidence) for rule, evidence in applying if evidence is not None]
