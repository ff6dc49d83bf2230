"""Alternative data in detail: coverage, scores, permutations, lags, trades."""
