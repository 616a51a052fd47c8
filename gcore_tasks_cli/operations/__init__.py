"""What commands do, free of Typer."""
