"""What the roadmap fixes and nobody dials."""

FINAL_PHASE = 4
"""The phase whose verdict is the verdict; phase 0 is held against its targets."""

HOLDING_BAND_MINUTES = (45, 120)
"""How long a position should be held, both ends included."""
