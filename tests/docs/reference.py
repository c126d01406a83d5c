"""The page of the reference: the description as Scalar renders it, from the files beside the page alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path

from tests.docs import node
from tests.docs.catalogue import of_operation, place_link, rule_link
from tests.docs.layout import REFERENCE, layout
from tests.harness.contract import escaped
from tests.harness.exchange import OPERATIONS, Json, OperationId
from tests.harness.reports.markup import Markup, tag

RENDERER = node.MODULES / "@scalar" / "api-reference" / "dist" / "browser" / "standalone.js"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
"""The renderer writes styles into its elements. Nothing is loaded, and no request is sent, but to the page's origin."""


def page(description: Json, credentials: Mapping[str, str] | None = None) -> str:
    """The page of a bundled description.

    With `credentials`, by the names of the security schemes, it is the page of a sandbox: requests can be tried out,
    and go with these to the folder above the page's own. Without, they cannot: nothing published says that the vendors'
    servers may be called by a page of another origin.
    """
    main = (
        tag("h1", "Reference of the events contract", class_="unseen"),
        tag("div", id="reference"),
        _data("description", rendered(description)),
        _data("credentials", None if credentials is None else dict(credentials)),
        tag("noscript", tag("p", "The reference needs JavaScript; the description is there without.")),
    )
    scripts = ["scalar.js", "reference.js"]
    version = description["info"]["version"]
    return layout(REFERENCE, *main, version=version, style="reference.css", scripts=scripts, policy=POLICY)


def rendered(description: Json) -> Json:
    """The copy of a description that is rendered: each operation links to its requirements and names its servers.

    The renderer reads no servers of path items, only those of operations and of the whole description.
    """
    shown = copy.deepcopy(description)
    for path, item in shown["paths"].items():
        for method, operation in item.items():
            for id in OPERATIONS:
                if isinstance(operation, dict) and operation.get("operationId") == id:
                    operation.setdefault("servers", copy.deepcopy(item.get("servers", [])))
                    operation["description"] += _links(id, path, method)
    return shown


def _links(operation: OperationId, path: str, method: str) -> str:
    """Markdown that leads from an operation to its requirements and to its source."""
    place = f"#/paths/{escaped(path)}/{method}"
    rules = ", ".join(f"[{rule.id}]({rule_link(rule.id)})" for rule in of_operation(operation))
    return f"\n\n**Requirements:** {rules}\n\n**Source:** [in the description]({place_link(place)})\n"


def _data(id: str, value: Json) -> Markup:
    """A value for the page's script. `<` is escaped, so no text in it can end the element."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return tag("script", Markup(text), type="application/json", id=id)


def renderer() -> Path:
    """The renderer's own script, which stands beside the page as scalar.js."""
    return RENDERER
