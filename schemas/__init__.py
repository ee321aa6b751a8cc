"""What travels between rooms: messages, facts, commands, views. Imports nothing of ours."""
