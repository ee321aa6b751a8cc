"""The rules of the billing department. See README.md in this folder for the glossary and the invariants."""
