"""Where PayPal is, by its environments. https://developer.paypal.com/api/rest/requests/"""

API = {"live": "https://api-m.paypal.com", "sandbox": "https://api-m.sandbox.paypal.com"}
