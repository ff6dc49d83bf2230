"""Alternative data for a decision: credit, contribution by feed, what win rate can be reached."""
