"""The documentation: pages, and what builds a site of them."""
