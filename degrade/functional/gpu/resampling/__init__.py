"""Resampling by Triton: taps of any filter, weighted means along the axes, MATLAB's resize."""
