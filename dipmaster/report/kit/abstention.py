"""Why a phase bought nothing, in a plain sentence."""

from dipmaster.report.inputs import Json

SENTENCES = {
    "candidates": "There was no candidate to judge.",
    "score": "No trade could be judged: {why}.",
    "threshold": "No trade was good enough: {why}.",
    "steps": "No trade passed every step: {why}.",
}


def abstention(phase: Json) -> str:
    """Not tried, held back, or not good enough; empty where a candidate was admitted."""
    at = phase.get("abstained_at")
    return SENTENCES[at].format(why=phase["abstained"]) if at else ""
