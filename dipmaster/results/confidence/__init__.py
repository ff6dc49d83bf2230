"""confidence.json in parts: calibration and distribution of the score, and the whole."""
