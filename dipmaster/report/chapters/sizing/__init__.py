"""What sizes are made of, trade by trade and on the whole, to tables and charts."""
