"""Tests of `planner.domain`."""
