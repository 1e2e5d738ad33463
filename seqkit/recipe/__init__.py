"""The steps that every recipe takes, and the command line on top of them."""
