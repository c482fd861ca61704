"""Tests of `planner.evaluation`."""
