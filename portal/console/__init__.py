"""The console: pages for the company's own people, under an address of its own, as a process of its own."""
