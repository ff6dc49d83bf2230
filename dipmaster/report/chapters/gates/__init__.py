"""All gates in full, against the roadmap's targets."""
