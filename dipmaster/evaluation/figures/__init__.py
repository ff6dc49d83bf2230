"""A phase's ledger to the figures of validate.json outside the gates."""
