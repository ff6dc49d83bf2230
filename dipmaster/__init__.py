"""DipMaster: 5-minute bars to a phase-gate report whose verdict can be trusted.

Importing the package settles what must hold before numpy is imported anywhere:
one thread for every native library, and instructions that give the same digits
on every recent processor (`core.native`).
"""

from dipmaster.core import native

__version__ = "0.1.0"

native.pin_native_code()
