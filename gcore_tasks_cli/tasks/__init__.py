"""What a task is: its document, its model, its ID; and queries for tasks."""
