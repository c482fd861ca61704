"""Choosing the best layout, with proof and reasons."""

from planner.optimization.location import LocationPlan, solve_location

__all__ = ["LocationPlan", "solve_location"]
