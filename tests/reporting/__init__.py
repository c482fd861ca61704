"""Tests of tables, sentences, figures and reports."""
