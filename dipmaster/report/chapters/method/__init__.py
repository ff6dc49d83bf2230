"""Data, split, models, costs and the rule of the gates on one page."""
