"""Other costs, thresholds and sizes for a decision: one chart, and what it says in sentences."""
