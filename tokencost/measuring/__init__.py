"""This machine, measured: single kernels to a platform record, and small models to see whether the record holds."""
