"""The gauntlet: purchases under kills, wipes, forgeries and lost answers, and at the end all books compared."""
