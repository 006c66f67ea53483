"""The family of errors that mrsite raises on purpose.

::

    InputError                the caller's data or machine: one sentence, exit status 2
    ├── UnitsError            a drawing whose unit is not certain; carries the evidence
    └── MachineError          disk, lock, permission, scheduler

Anything else that escapes is a bug in mrsite.
"""

from __future__ import annotations


class InputError(Exception):
    """The caller's data cannot be used; the message says where, what is wrong and what to do.

    Parameters
    ----------
    message : str
        One sentence (or one line a fault, where a file has several) for a person:
        file, line or key or handle, what is wrong, what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnitsError(InputError):
    """The drawing unit is not certain; the message holds the evidence and the choices."""


class MachineError(InputError):
    """The machine refused (full disk, lock held, no permission, scheduler lost)."""
