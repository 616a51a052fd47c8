"""What people and programs get to see: data on standard output, all else on standard error."""
