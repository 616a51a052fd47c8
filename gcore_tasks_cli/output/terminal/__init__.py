"""What people see at a terminal; the one owner of rich."""
