"""Tests of gtask: e2e."""
