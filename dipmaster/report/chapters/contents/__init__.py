"""The chapters and their parts to a page that lists them."""
