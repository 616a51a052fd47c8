"""What the environment says, checked before anything is sent."""
