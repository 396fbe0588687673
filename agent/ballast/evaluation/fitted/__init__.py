"""Parameters of the cheap rivals, with the cut-off of the shipped model; by script/tools/fit_rivals.py."""
