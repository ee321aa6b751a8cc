"""How often somebody may ask: counted for all doors in the broker, and for one alone while that is away."""
