"""Test cards and what their issuers say."""
