"""The data and the credentials that the reference implementation starts with.

They are public and worth nothing: the server listens on loopback and forgets everything when it stops.
The first event and the first quality process are those of the documents' samples.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ADMIN_SESSION = "reference-admin-session-0000000001"
USER_SESSION = "reference-user-session-00000000002"
API_KEY = "reference-api-key-00000000000003"
BEARER_TOKEN = "reference-bearer-token-000000004"
DATABASE = "reference"
EVENT_IDS = (900_000, 999_999)

HEIDI: Json = {"email": "hwalker@everyroadgps.com", "fullName": "Heidi Walker", "guid": "WEYH0DYPCFWFYH0JSIPD"}
JOSE: Json = {"email": "jlindqvist@everyroadgps.com", "fullName": "José Lindqvist", "guid": "WEYH0DYPCFWFYH0JSIQ7"}

INTEGRATION_1 = "3K5O7K5WJMX3M4KKO0S1"
INTEGRATION_2 = "5M7Q9M7YLOZ5O6MMQ2U3"
OUTBOUND_1 = "6N8RAN8ZMPA6P7NNR3V4"
OUTBOUND_2 = "8PATCPA1ORC8R9PPT5X6"


def _change(guid: str, number: str, title: str, approved: str, effective: str) -> Json:
    return {
        "approvedOnDateTime": approved,
        "category": {
            "categoryName": "Engineering Change Order",
            "categoryPath": "Change\\Change Order\\Engineering Change Order",
            "guid": "7P9SBO90NQ9J2L0778WO",
        },
        "effectiveDateTime": effective,
        "effectivityType": "PERMANENT",
        "guid": guid,
        "number": number,
        "title": title,
    }


# (integration, event object); every event starts with its items not reconciled.
EVENTS: tuple[tuple[str, Json], ...] = (
    (
        INTEGRATION_1,
        {
            "change": _change(
                "ZH1K3G1SFI14N5LLP1TU",
                "ECO-000023",
                "Critical Resistor Changes - Batch A",
                "2020-03-13T22:47:34Z",
                "2020-03-13T22:47:36Z",
            ),
            "creationDateTime": "2020-03-13T22:47:36Z",
            "creator": HEIDI,
            "eventType": "CHANGE",
            "guid": "4M6P8L6XKNY4N5LLP1T3",
            "itemsReconciled": False,
            "status": "NEEDS_UPDATE",
        },
    ),
    (
        INTEGRATION_1,
        {
            "change": _change(
                "ZH1K3G1SFI14N5LLP2AB",
                "ECO-000024",
                "Gehäuse für das Prüfgerät",
                "2020-04-02T08:15:00Z",
                "2020-04-02T08:15:09Z",
            ),
            "creationDateTime": "2020-04-02T08:15:10Z",
            "creator": JOSE,
            "eventType": "CHANGE",
            "guid": "4M6P8L6XKNY4N5LLP2U4",
            "itemsReconciled": False,
            "status": "NEEDS_UPDATE",
        },
    ),
    (
        INTEGRATION_2,
        {
            "revisioningEvent": {
                "guid": "BI2L4H2TGJ25O6MMQ3BC",
                "number": "REV-000007",
                "performedOnDateTime": "2021-01-20T17:00:00Z",
            },
            "creationDateTime": "2021-01-20T17:00:02Z",
            "creator": JOSE,
            "eventType": "REVISIONING_EVENT",
            "guid": "6O8RAN8ZMPA6P7NNR3V5",
            "itemsReconciled": False,
            "status": "NEEDS_UPDATE",
        },
    ),
    (
        INTEGRATION_2,
        {
            "change": _change(
                "ZH1K3G1SFI14N5LLP4CD",
                "ECO-000031",
                "Connector J4: second source",
                "2021-02-11T11:30:00Z",
                "2021-02-11T11:30:05Z",
            ),
            "creationDateTime": "2021-02-11T11:30:06Z",
            "creator": HEIDI,
            "eventType": "CHANGE",
            "guid": "6O8RAN8ZMPA6P7NNR4W6",
            "itemsReconciled": False,
            "status": "NEEDS_UPDATE",
        },
    ),
)

# (integration, event, quality process object); every quality process starts not reconciled.
QUALITY_PROCESSES: tuple[tuple[str, str, Json], ...] = (
    (
        OUTBOUND_1,
        "7O9SBO90NQB7Q8OOS4W5",
        {
            "guid": "UCWFYBWNADWSBUDWPF1I",
            "postEvent": {"currentStep": {"guid": "ZH1K3G1SFI1XGZI1UK6H", "name": "Corrective Action"}},
            "preEvent": {"currentStep": {"guid": "YG0J2F0REH0WFYH0TJ56", "name": "Corrective Action Plan Approved?"}},
            "reconciled": False,
        },
    ),
    (
        OUTBOUND_1,
        "7O9SBO90NQB7Q8OOS4W5",
        {
            "guid": "UCWFYBWNADWSBUDWPF2J",
            "postEvent": {
                "name": "Supplier Corrective Action",
                "description": "Würth: Lötstellen prüfen",
                "targetCompletionDateTime": "2021-12-01T00:00:00Z",
            },
            "preEvent": {
                "name": "Supplier Corrective Action",
                "description": "",
                "targetCompletionDateTime": None,
            },
            "reconciled": False,
        },
    ),
    (
        OUTBOUND_2,
        "9QBUDQB2PSD9SAQQU6Y7",
        {
            "guid": "WEYHADYPCFYUDWFYRH3K",
            "postEvent": {"guid": "WEYHADYPCFYUDWFYRH3K"},
            "preEvent": None,
            "reconciled": False,
        },
    ),
    (
        OUTBOUND_2,
        "9QBUDQB2PSD9SAQQU6Y7",
        {
            "guid": "WEYHADYPCFYUDWFYRH4L",
            "postEvent": {"currentStep": {"guid": "ZH1K3G1SFI1XGZI1UK9K", "name": "Closed"}},
            "preEvent": {"currentStep": {"guid": "ZH1K3G1SFI1XGZI1UK8J", "name": "Verification"}},
            "reconciled": False,
        },
    ),
)
