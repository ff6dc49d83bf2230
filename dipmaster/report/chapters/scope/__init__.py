"""What the report is for, what it may be used for, and what it rests on."""
