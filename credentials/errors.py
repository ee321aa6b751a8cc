"""What keeps a sealed value shut. The texts name key ids and places, and never a value."""


class Sealed(Exception):
    """A value cannot be opened. The text is half a sentence for an operator."""


class MasterKeyMissing(Sealed):
    """It was sealed under a master key that this process was not told."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the master key {key_id!r} is not in CASHBEAT_MASTER_KEYS")


class SecretDamaged(Sealed):
    """It was changed, came from another row, or was sealed under another key of the same id."""

    def __init__(self, place: object, key_id: str) -> None:
        super().__init__(f"{place} was not sealed there under the master key {key_id!r}, or was changed since")
