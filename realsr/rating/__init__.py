"""What people see: pictures rated blind on a page of this machine, and what the ratings say.

stimuli -> a rater's trials -> a page -> one file a rater -> qualities and strengths with intervals
"""
