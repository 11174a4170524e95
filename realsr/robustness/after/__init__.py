"""What is done with finished runs: swept, merged, compared, answered again."""
