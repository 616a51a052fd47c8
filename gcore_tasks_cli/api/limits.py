"""How long a request may take, in seconds. Messages name them."""

REQUEST_LIMIT_SECONDS = 30.0
CONNECT_LIMIT_SECONDS = 10.0
READ_LIMIT_SECONDS = 15.0
