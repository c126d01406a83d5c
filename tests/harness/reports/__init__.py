"""The further reports of a run, each made of conformance.json alone: a page, SARIF, Markdown and a badge.

`files.write` writes them all; `compare` tells two runs apart; `merge` joins the shards of one run.
"""
