"""What one picture tells of noise, blur and enlargement, by a small predictor trained on our pipelines."""
