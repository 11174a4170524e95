"""What GANs do to super-resolution, measured on small trainings."""
