"""The machinery between the contract and a target: configuration, transport, model, checks, verdict, reports."""
