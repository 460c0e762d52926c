"""An assistant's folder: read (tolerant), validate (precise), write (safe)."""
