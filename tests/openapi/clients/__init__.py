"""What others build on the description: clients that tools generate, callers that use them, and a mock server."""
