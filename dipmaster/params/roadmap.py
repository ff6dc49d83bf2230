"""What the roadmap fixes and nobody dials."""

FINAL_PHASE = 4
"""The phase whose verdict is the verdict; phase 0 is held against its targets."""

HOLDING_BAND_MINUTES = (45, 120)
"""How long a position should be held, both ends included."""

STABLE_WITHIN_FRAC = 0.05
"""How far win rates of regimes may lie apart and still be called stable: the roadmap names no
number, so the most that section 1.1 promises to add to the win rate."""
