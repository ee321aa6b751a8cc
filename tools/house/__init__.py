"""What a look at the house itself tells: sizes, import circles, modules per folder, and how far a fact walks."""
