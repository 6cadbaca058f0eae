"""A minimal Django project with one calendar feed, as the documentation of django-ical shows it."""
