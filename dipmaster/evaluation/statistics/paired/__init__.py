"""Two phases on the same bars to differences with intervals."""
