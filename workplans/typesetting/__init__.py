"""Documents: from the order that a document's row keeps to the bytes that are issued.

Pure: no database, no clock, no network. The same order gives the same bytes on the same fonts.
"""

from workplans.typesetting.faults import TypesettingError
from workplans.typesetting.press import Typeset, typeset

__all__ = ["Typeset", "TypesettingError", "typeset"]
