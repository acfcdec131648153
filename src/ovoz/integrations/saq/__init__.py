"""The job queue: SAQ on Redis, which may be lost at any time."""
