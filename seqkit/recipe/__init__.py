"""The steps that every recipe takes, their settings, and the command line on top of them."""
