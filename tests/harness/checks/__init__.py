"""The checks: each judges an exchange by one requirement, whatever scenario it comes from.

A check is a function of an exchange (with its reading) and of what the exchanges before it have shown. It gives None
where the requirement says nothing of this exchange, else what is wrong with it: an empty list where the rule is kept.
"""

from tests.harness.checks import arena, batch, headers, http, reconcile
from tests.harness.checks.registry import CHECKS, judge

__all__ = ["CHECKS", "arena", "batch", "headers", "http", "judge", "reconcile"]
