"""In which ways a country pays, and the bank or wallet that money by hand goes to."""
