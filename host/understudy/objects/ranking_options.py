"""How the results of a search are ranked: OpenAI's `ranking_options`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from understudy.indexes import Weights

_STRICT: Final = ConfigDict(extra="forbid", allow_inf_nan=False, defer_build=True)


class HybridSearch(BaseModel):
    """How much vectors and words count, in proportion to each other."""

    model_config = _STRICT

    embedding_weight: Annotated[float, Field(ge=0)]
    text_weight: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _one_counts(self) -> HybridSearch:
        if not self.embedding_weight + self.text_weight:
            raise ValueError("embedding_weight and text_weight must not both be 0")
        return self


class RankingOptions(BaseModel):
    """The ranker `none` does without the plugins that rerank; the others mean the same here.

    `score_threshold` is on the scale of the results' scores.
    """

    model_config = _STRICT

    ranker: Literal["none", "auto", "default-2024-11-15", "default_2024_08_21"] = "auto"
    score_threshold: Annotated[float, Field(ge=0, le=1)] = 0.0
    hybrid_search: HybridSearch | None = None

    def weights(self) -> Weights:
        """The parts of a score; they add up to 1."""
        given = self.hybrid_search
        if given is None:
            return Weights()
        largest = max(given.text_weight, given.embedding_weight)  # the sum might be infinite
        text, embedding = given.text_weight / largest, given.embedding_weight / largest
        return Weights(text / (text + embedding), embedding / (text + embedding))
