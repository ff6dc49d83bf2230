"""Whether there is enough data for a verdict, and in one wording what lacks."""


def describe_shortage(*counts: tuple[int, int, str]) -> str:
    """What lacks, e.g. "insufficient: 3 of 6 blocks"; empty where nothing does.

    Parameters
    ----------
    counts
        Of each kind: how many there are, how many a verdict needs, and of what.
    """
    lacking = [f"{have} of {need} {what}" for have, need, what in counts if have < need]
    return "insufficient: " + ", ".join(lacking) if lacking else ""
