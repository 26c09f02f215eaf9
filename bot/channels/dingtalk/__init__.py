"""The DingTalk channel (Stream mode)."""

from .channel import Account, DingTalk, from_settings
from .gateway import Shut
from .link import Beat

__all__ = ["Account", "Beat", "DingTalk", "Shut", "from_settings"]
