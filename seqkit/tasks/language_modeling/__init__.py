"""What comes next in a text: many-to-many, in step."""
