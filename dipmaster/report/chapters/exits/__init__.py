"""What phase 2 adds to its chapter: effect of its exits, rules that acted, exit models."""
