"""What a test of the description needs beyond Python, and what it says where that is not there."""

from __future__ import annotations

import pytest

from tests.docs import node

needs_node = pytest.mark.skipif(not node.present(), reason=node.LACKING)
