"""Contributions of the phases in figures: differences, p-values, and capital for a stated ROI."""
