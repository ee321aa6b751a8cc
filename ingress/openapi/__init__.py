"""The API's document, OpenAPI 3.1: made of the same entries and classes as the door, so that neither can say more."""
