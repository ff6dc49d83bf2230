"""exits.json in parts: exit models, exit probability, refits, and the whole."""
