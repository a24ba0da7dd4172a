"""The server around Rasa: one route more, a quick start, and an end when its parent ends."""
