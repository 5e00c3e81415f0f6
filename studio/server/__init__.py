"""The studio's HTTP side: routes, job store, worker processes."""
