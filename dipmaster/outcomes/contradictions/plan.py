"""Probability of success, timeline and monitoring."""

from dipmaster.outcomes import stated
from dipmaster.outcomes.success import multiply_stated
from dipmaster.results.outcomes import Contradiction


def refute_success_probability() -> Contradiction:
    """Four probabilities multiply to less than half."""
    product = multiply_stated()
    factors = " x ".join(f"{one:.2f}" for one in stated.SUCCESS_FRAC.values())
    return Contradiction(
        id="success_probability",
        section="Success probability",
        statement=f"{100 * stated.OVERALL_SUCCESS_FRAC:g} % overall.",
        stated=stated.OVERALL_SUCCESS_FRAC,
        implied=product,
        unit="percent",
        arithmetic=f"{factors}, if all four phases must succeed and are independent; at most "
        f"{100 * min(stated.SUCCESS_FRAC.values()):g} % however they depend on each other.",
        reading="Both are reported, beside the share of markets that passed.",
    )


def refute_alert() -> Contradiction:
    """The alert is above today's figure."""
    now = stated.CURRENT.win_rate
    return Contradiction(
        id="alert",
        section="Monitoring",
        statement=f"Alert when the win rate falls below {100 * stated.ALERT_WIN_RATE:g} %.",
        stated=stated.ALERT_WIN_RATE,
        implied=now,
        unit="percent",
        arithmetic=f"Today’s win rate is {100 * now:g} %: the alert is on from the first day.",
        reading="Monitoring tests each limit instead of comparing a point estimate.",
    )


def refute_timeline() -> Contradiction:
    """What is rolled out has to be built first."""
    build, rollout = stated.BUILD_WEEKS, stated.ROLLOUT_WEEKS
    return Contradiction(
        id="timeline",
        section="Timeline",
        statement=f"{stated.TIMELINE_WEEKS:g} weeks to full production.",
        stated=stated.TIMELINE_WEEKS,
        implied=build + rollout,
        unit="weeks",
        arithmetic=f"{build:g} weeks of building and {rollout:g} of rollout carry the same week "
        "numbers; “paper trading with full feature set” in week 3 needs phase 4 of week 8.",
        reading="Sequential: the rollout begins when its criteria are met.",
    )
