"""A local stand-in for the tasks API, with tasks that change by themselves and faults on demand.

It imports nothing of the rest of gtask, so that a mistake about the API cannot hide in both.
"""
