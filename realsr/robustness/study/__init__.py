"""What is asked: the study, its lines, its rules, read strictly from YAML."""
