"""The options and fixtures of every test run; what they do is in tests/harness/plugin.py."""

pytest_plugins = ["tests.harness.plugin"]
