"""validate.json in parts: what every phase has, what phases changed, what one phase alone has."""
