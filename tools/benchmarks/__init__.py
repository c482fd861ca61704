"""What `tools/bench.py` measures: instances, peers, clocks and tables."""
