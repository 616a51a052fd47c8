"""Waiting, as pure code: no socket, no clock and no sleep of its own. README.md says how it waits.

`watch` decides: it is given a way to the API in which time passes (`jobs.Port`), and yields events
that commands turn into output. So its promises (each ID ends exactly once, nothing is asked after
the deadline, a finished task is not asked for again) are property tests that simulate hours in
milliseconds.
"""
