"""What comes in from outside: tables with a mapping, folders of mails, transcripts and notes, blueprints."""

from .bundle import ingest, shipped
from .errors import FeedError
from .folder import DOCUMENTS
from .load import Progress
from .mapping import Mapping, read_mapping
from .report import FeedReport, IngestReport
from .tables import TABLES

MENU = ("mapping", "folder", "blueprint")
"""What an import.yaml may list: a table with its mapping, a folder of documents, a blueprint file."""

__all__ = [
    "DOCUMENTS",
    "MENU",
    "TABLES",
    "FeedError",
    "FeedReport",
    "IngestReport",
    "Mapping",
    "Progress",
    "ingest",
    "read_mapping",
    "shipped",
]
