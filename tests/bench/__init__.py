"""The benchmark: `make bench`, or `python -m tests.bench --quick --json FILE`."""
