"""Waiting, as pure logic: no socket, no clock and no sleep of its own. README.md says how it waits.

`watcher` decides: it is given a way to ask and a way to let time pass (`port`), and yields events
that commands turn into output. So its guarantees (each ID ends exactly once, nothing is asked after
the deadline, a finished task is not asked for again) are property tests that simulate hours in
milliseconds.
"""
