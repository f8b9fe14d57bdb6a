"""A Django app with the job kinds of the real-process tests."""
