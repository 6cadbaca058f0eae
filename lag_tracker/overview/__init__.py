"""The start page, and the pages about the site itself."""
