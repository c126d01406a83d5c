"""Tests of openapi/: the description is valid, its examples keep it, and the catalogue of requirements fits it."""
