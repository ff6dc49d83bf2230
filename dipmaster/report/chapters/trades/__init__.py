"""Trade statistics to tables with the phases as columns."""
