"""Tests of the checks: each requirement is seen broken, and seen kept by what is unusual and yet conforms."""
