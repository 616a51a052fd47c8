"""What a task is: its document, its model, its ID, and which tasks are asked for."""
