"""Gross to net, break-even cost, size against traded volume."""
