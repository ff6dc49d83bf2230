"""Health of the system at the last bar: rules, alerts, drift and feed."""
