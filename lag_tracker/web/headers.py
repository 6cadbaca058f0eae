"""Headers that every answer bears: nothing from other hosts, nothing inline, nothing framed, nothing guessed."""

from flask import Flask, Response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
A_YEAR = 31_536_000


def init_headers(app: Flask) -> None:
    """Add the headers to every answer, errors and files included."""
    always = list(ALWAYS)
    if app.config["SETTINGS"].address.startswith("https://"):
        always.append(("Strict-Transport-Security", f"max-age={A_YEAR}"))

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.extend(always)
        return response
