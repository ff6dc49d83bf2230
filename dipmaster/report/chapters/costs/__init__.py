"""Gross to net, break-even cost and capacity to one page."""
