"""Whether a picture is fit to be HR: what a network should not learn to make."""
