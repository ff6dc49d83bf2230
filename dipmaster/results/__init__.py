"""What the stages measure, as frozen dataclasses; reports/metrics/*.json are their serialisation.

Stages build these types and write them, the report reads them back: a renamed figure is
found by mypy, a file that does not fit its type is refused by name and key path.

Keys of the JSON are the names of the fields. Maps have keys that depend on the data
(symbols, phase numbers, reasons); None is JSON's null: it could not be computed. A field
declared with `fields.OMITTED` is left out of the JSON where it holds its default.
"""
