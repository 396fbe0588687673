"""What a position is worth and how far it is from trouble, in the venue's own integer arithmetic."""
