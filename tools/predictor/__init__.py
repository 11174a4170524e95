"""What trains the predictor of `realsr.estimation.single`, from photographs that come with two packages.

    python -m tools.predictor.collect degraded 4000 FOLDER      pictures by our pipelines: features, truths
    python -m tools.predictor.collect enlarged 4000 FOLDER
    python -m tools.predictor.train FOLDER                      the weights that ship

Photographs: scikit-image's (`realsr.demos.photographs` has their owners) and scikit-learn's, CC BY 2.0:
china.jpg, danielbuechele; flower.jpg, vultilion. The latter only here: `pip install scikit-learn`.
"""
