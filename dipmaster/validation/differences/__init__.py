"""Two judged phases to what the later one changed, with paired bounds."""
