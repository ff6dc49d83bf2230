"""readings.yaml to tables: where the roadmap cannot be followed to the letter."""
