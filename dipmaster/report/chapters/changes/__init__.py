"""What each phase changed against the one before, and ablations."""
