"""A local stand-in for the tasks API, with tasks that change by themselves and faults on demand.

Of the rest of gtask it imports the names of resource types alone: a mistake about the API cannot
hide in both.
"""
