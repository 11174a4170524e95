"""What people do with degradations: pairs on disk, replay, checks, and the command line."""
