"""What inference answers over HTTP: views translate, services and selectors decide."""
