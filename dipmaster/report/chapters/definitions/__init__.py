"""What the terms of the report mean."""
