"""What lies between LR and HR: where they lie, the kernel, the resampler, and what is left over."""
