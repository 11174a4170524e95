"""Where pairs lie: one protocol, the forms that follow it, and the table by which a place is opened."""
