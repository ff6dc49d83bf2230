"""Why a phase bought nothing, in a plain sentence."""


def abstention(why: str) -> str:
    """Validation's reason for no trade as a sentence: not tried, held back, or not good enough."""
    if why.startswith("0 of 0"):
        return "There was no candidate to judge."
    if "have a score" in why:
        return f"No trade could be judged: {why}."
    if "none of them was admitted" in why:
        return f"No trade passed every step: {why}."
    return f"No trade was good enough{f': {why}' if why else ''}."
