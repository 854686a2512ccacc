"""Drives the built `dynamo` binary as a user would: as processes, over HTTP, with files."""
