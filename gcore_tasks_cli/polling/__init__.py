"""Waiting, as pure logic: no socket, no clock and no sleep of its own."""
