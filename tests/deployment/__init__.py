"""Tests of the deployment package."""
