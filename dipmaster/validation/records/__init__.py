"""What validation reads, and what it finds as plain records and files."""
