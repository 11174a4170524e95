"""The five problems of GANs for super-resolution on one page, from small trainings."""
