"""Other costs, thresholds, subsets and sizes in detail."""
