"""Quality of the bars and checks of the ledger to tables."""
