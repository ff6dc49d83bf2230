"""Page one prints what phases share once, and with each phase what is its own."""

from dipmaster.report.chapters.decision.grouping import Decided, group
from dipmaster.report.recommendation import Recommendation

SHORT = "keep collecting, not decided: 78 of 100 trades"
SOON = "the minimum takes about 0.4 more years at this rate"


def keep(phase: int, *parts: str, default: str = "") -> Recommendation:
    text = "; ".join(parts)
    return Recommendation(phase=phase, action="keep collecting", text=text, default=default)


def test_one_phase_alone_reads_as_its_recommendation() -> None:
    one = keep(1, SHORT, SOON, "even after 11 years")
    (found,) = group([one])
    assert found == Decided(f"Phase 1: {SHORT};", (f"{SOON}; even after 11 years.",))
    assert " ".join([found.headline, *found.sentences]) == one.sentence


def test_phases_alike_share_a_headline_and_keep_what_differs() -> None:
    default = "the exits of phase 1 remain the default"
    found = group([keep(1, SHORT, SOON, "a"), keep(2, SHORT, SOON, "b", default=default)])
    assert found == [
        Decided(
            f"Phases 1 and 2: {SHORT};",
            (f"{SOON}.", "Phase 1: a.", f"Phase 2: b. Until phase 2 is decided, {default}."),
        )
    ]


def test_equal_recommendations_are_printed_once() -> None:
    assert group([keep(k, SHORT) for k in (1, 2, 3)]) == [Decided(f"Phases 1, 2 and 3: {SHORT}.")]


def test_phases_that_share_the_first_part_alone() -> None:
    found = group([keep(1, SHORT, "a"), keep(2, SHORT), keep(3, "adopt, all 5 gates pass")])
    assert [one.headline for one in found] == [
        f"Phases 1 and 2: {SHORT}.",
        "Phase 3: adopt, all 5 gates pass.",
    ]
    assert found[0].sentences == ("Phase 1: a.",)
