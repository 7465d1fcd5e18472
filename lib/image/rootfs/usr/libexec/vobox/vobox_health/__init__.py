"""What the VO-Box's health program is made of, one thing a file."""
