"""Who may act for an account besides its owner: members with their roles, and those who are invited."""
