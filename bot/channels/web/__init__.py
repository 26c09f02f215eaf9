"""The web console as a channel: what is to be shown goes to a table, from which every process's pages read it."""

from .channel import NAME, Web
from .lines import Lines
from .opening import open_web
from .secret import Signer
from .sessions import Seat, Sessions
from .uploads import Uploads

__all__ = ["NAME", "Lines", "Seat", "Sessions", "Signer", "Uploads", "Web", "open_web"]
