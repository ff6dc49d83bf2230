"""Seeds, versions and attached files to the page on where numbers come from."""
