"""What `realsr estimate` tells of one picture, against truths that are known because the cases are made here.

    python -m benchmarks.one_picture.history FOLDER...        compressions
    python -m benchmarks.one_picture.degradations FOLDER...   noise, blur, enlargement
    python -m benchmarks.one_picture.times               seconds a picture

FOLDER: pictures that the predictor never saw. Those that carry traces of JPEG themselves are left out, by name.
"""
