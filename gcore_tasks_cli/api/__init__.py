"""The way to the API over HTTP: the one owner of httpx."""
