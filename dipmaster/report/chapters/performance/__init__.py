"""Returns beside cash, buy-and-hold and random entries."""
