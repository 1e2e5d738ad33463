"""Labels of whole texts: many-to-one."""
