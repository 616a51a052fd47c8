"""A local stand-in for the tasks API, with tasks that move by themselves and faults on demand.

It imports nothing of the rest of gtask: a misreading of the API cannot hide on both sides.
"""
