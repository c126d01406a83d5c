"""A second implementation of the three operations, written from the vendors' documents alone.

It shares its sample data and credentials with the reference implementation and nothing else. Where the documents
leave a choice open it takes its own, so that a suite that passes on both asks for no more than the contract does.
"""
