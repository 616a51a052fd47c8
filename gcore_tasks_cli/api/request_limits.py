"""How long a request may take, in seconds, which messages name; and how many may be under way."""

REQUEST_LIMIT_SECONDS = 30.0
CONNECT_LIMIT_SECONDS = 10.0
READ_LIMIT_SECONDS = 15.0
# More threads gain nothing on a connection's latency but cost CPU in Python's lock.
WORKERS = 16
