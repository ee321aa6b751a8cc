"""The door: verifies what comes in, stores it durably, rings the bell, answers. It cannot touch the books."""
