"""What a new revision of a drawing changed: laid over the old one, then wall by wall, room by room."""
