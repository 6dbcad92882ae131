"""The product spec: what a product needs, read strictly and explained when it is wrong."""
