"""The reference pages of the contract: `python -m tests.docs` writes them to build/docs."""
