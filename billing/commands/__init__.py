"""Commands that change the books and ask nobody: which verb each one is."""
