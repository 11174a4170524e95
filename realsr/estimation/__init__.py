"""What was done to a picture, measured: arrays in, numbers with intervals out, or a sentence why none is given.

Nothing here knows a file, a pipeline or a run.
"""
