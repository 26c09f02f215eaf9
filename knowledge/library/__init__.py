"""Every SQL query of the product, one file a noun: plain functions of a Session that judge nothing."""
