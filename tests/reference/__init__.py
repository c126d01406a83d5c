"""The reference implementation of the three endpoints: a real HTTP server, in memory, that keeps every rule."""
