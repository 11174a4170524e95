"""What builds this project's own files: documentation, parameters that ship; and what tries its tests."""
