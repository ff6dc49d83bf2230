"""Position sizing for a decision: what bound the sizes, exposure, volatility targeting."""
