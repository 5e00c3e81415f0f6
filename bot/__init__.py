"""The application: command line, settings, composition root, delivery."""
