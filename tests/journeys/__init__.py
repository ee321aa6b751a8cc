"""What people do on the pages of a running Cashbeat, in a real browser: by hand without JavaScript, and by keyboard."""
