"""The base of all ratios: a Flask application that does nothing."""

from flask import Flask


def create_app() -> Flask:
    """Return an application with one view that answers one word."""
    app = Flask(__name__)

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app
