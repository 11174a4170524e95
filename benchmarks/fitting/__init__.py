"""How near fitted pipelines come to hidden ones: folders of their LR, and the fit."""
