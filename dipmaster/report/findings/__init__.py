"""Results to findings: what a reader must know before relying on a figure, by severity.

Each finding is a `Rule`: evidence taken from the typed results, or None where it does not apply.
Its sentence and its consequence are macros of the same name in sentences.html.j2 and
consequences.html.j2.
"""
