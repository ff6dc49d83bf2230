"""Exit rules and exit models to tables and charts."""
