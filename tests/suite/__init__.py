"""Tests of the contract suite itself: does it find what is wrong, and does it leave alone what conforms?"""
