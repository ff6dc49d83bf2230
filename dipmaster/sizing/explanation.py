"""The components of one size to words: "why 3.1 %"."""

from collections.abc import Mapping


def explain_size(parts: Mapping[str, float], share_frac: float) -> str:
    """One size as the product that it is.

    Parameters
    ----------
    parts
        Of `Sizes.columns`, one row; Kelly's own NaN where the rule does not use it, the scalar's
        where the size is that of the phase before.
    share_frac
        Share of the full Kelly fraction.
    """
    size = f"{100 * parts['size_frac']:.2f} %"
    if parts["vol_scalar"] != parts["vol_scalar"]:
        return f"{size}: the size of the phase before"
    return f"{size} = {_base(parts, share_frac)} x {_scalar(parts)} x {_factors(parts)}"


def _base(parts: Mapping[str, float], share_frac: float) -> str:
    if parts["kelly"] != parts["kelly"]:
        return "size of the phase before"
    p = parts["p"]
    return (
        f"Kelly {100 * parts['kelly']:.2f} % ({share_frac:g} of "
        f"{p:.3f} - {1.0 - p:.3f} / {parts['payoff']:.3f})"
    )


def _scalar(parts: Mapping[str, float]) -> str:
    annual = parts["forecast_annual_frac"]
    forecast = "no forecast" if annual != annual else f"forecast {100 * annual:.0f} % a year"
    return f"volatility {parts['vol_scalar']:.2f} ({forecast})"


def _factors(parts: Mapping[str, float]) -> str:
    names = ("regime", "spillover", "intraday")
    return " x ".join(f"{name} {parts[f'{name}_factor']:.2f}" for name in names)
