"""Numbers with their uncertainty: arrays in, means with intervals out. Nothing here knows a run."""
