"""What runs on PyTorch: the only modules that import it, loaded when somebody calibrates."""
