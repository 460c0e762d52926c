"""Vectors that count the letters a to z: texts of like letters are alike."""

from collections import Counter


class Letters:
    at_once = 16

    def __init__(self, model):
        self.identity = f"letters/{model.name}"

    async def embed(self, texts, purpose):
        return [[float(Counter(text.lower())[chr(97 + n)]) for n in range(26)] for text in texts]

    async def close(self): ...
