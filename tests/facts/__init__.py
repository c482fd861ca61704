"""Tests of `planner.facts`."""
