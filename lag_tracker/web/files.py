"""Files that are made for the reader: always saved and never shown, under a plain name."""

from flask import Response

from lag_tracker.sheets import TYPES


def attachment(content: bytes, *, name: str, ending: str) -> Response:
    """Return a file to be saved as "name.ending"; the name is of small Latin letters, digits and hyphens."""
    response = Response(content, mimetype=TYPES[ending])
    response.headers["Content-Disposition"] = f"attachment; filename={name}.{ending}"
    return response
