"""What the commands share of Typer: options, help, suggestions."""
