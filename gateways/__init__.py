"""One room per vendor. Inside, its words; at the door (`ports`), ours. Nobody else imports a vendor's package."""
