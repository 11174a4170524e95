"""From a content loss to a GAN by mixing two networks' weights, as a curve over their shares."""
