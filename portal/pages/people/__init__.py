"""Accounts outside and whose they are; what one person did; erasing somebody."""
