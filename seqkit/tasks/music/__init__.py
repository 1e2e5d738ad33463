"""What sounds next in a piece: many-to-many, in step."""
