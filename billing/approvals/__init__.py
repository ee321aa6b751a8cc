"""The second person: what is dangerous waits until another person has approved exactly that."""
