"""Whisper's architecture in torch, as small as it may be; the same sums as OpenAI's, so that CTranslate2 runs its weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

MELS, WINDOW, PROMPT = 80, 1500, 448


class Attention(nn.Module):
    """Of one sequence to itself or to another; the keys have no bias."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.value, self.out = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor, other: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        q, k, v = (self._split(one) for one in self._three(x, x if other is None else other))
        made = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(made.transpose(1, 2).flatten(2))

    def weights(self, x: Tensor, other: Tensor) -> Tensor:
        """How much each of x attends to each of other: (batch, heads, x, other)."""
        q, k, _ = (self._split(one) for one in self._three(x, other))
        return (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(-1)

    def _three(self, x: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.query(x), self.key(other), self.value(other)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """Attention to itself, perhaps to the sound, then two linear layers; each behind a norm and beside a bypass."""

    def __init__(self, width: int, heads: int, *, crossed: bool) -> None:
        super().__init__()
        self.norm_self, self.attend = nn.LayerNorm(width), Attention(width, heads)
        self.norm_cross = nn.LayerNorm(width) if crossed else None
        self.cross = Attention(width, heads) if crossed else None
        self.norm_feed, self.up, self.down = (
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.Linear(4 * width, width),
        )

    def forward(
        self,
        x: Tensor,
        sound: Tensor | None = None,
        mask: Tensor | None = None,
        seen: list[Tensor] | None = None,
    ) -> Tensor:
        """`seen` takes up how the text attends to the sound."""
        x = x + self.attend(self.norm_self(x), mask=mask)
        if self.cross is not None and self.norm_cross is not None and sound is not None:
            asked = self.norm_cross(x)
            if seen is not None:
                seen.append(self.cross.weights(asked, sound))
            x = x + self.cross(asked, sound)
        return x + self.down(functional.gelu(self.up(self.norm_feed(x))))


class Whisper(nn.Module):
    """Encoder and decoder. `names` and `spell` are helpers of the training: which sound and which token a frame is."""

    def __init__(
        self,
        tokens: int,
        words: int,
        sounds: int,
        width: int = 128,
        heads: int = 4,
        encoders: int = 3,
        decoders: int = 2,
    ) -> None:
        super().__init__()
        self.sizes = {
            "tokens": tokens,
            "words": words,
            "sounds": sounds,
            "width": width,
            "heads": heads,
            "encoders": encoders,
            "decoders": decoders,
        }
        self.conv1 = nn.Conv1d(MELS, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer("places", sinusoids(WINDOW, width))
        self.encoder = nn.ModuleList(Block(width, heads, crossed=False) for _ in range(encoders))
        self.norm_sound = nn.LayerNorm(width)
        self.embed = nn.Embedding(tokens, width)
        self.positions = nn.Parameter(sinusoids(PROMPT, width) * 0.1)
        self.decoder = nn.ModuleList(Block(width, heads, crossed=True) for _ in range(decoders))
        self.norm_text = nn.LayerNorm(width)
        self.spell = nn.Linear(width, words + 1)
        self.names = nn.Linear(width, sounds)
        nn.init.normal_(self.embed.weight, std=width**-0.5)
        for conv in (
            self.conv1,
            self.conv2,
        ):  # torch's own start makes the sound a thirtieth of its place's code
            nn.init.normal_(conv.weight, std=0.11)
            nn.init.zeros_(conv.bias)

    def sound(self, mel: Tensor, begins: int = 0) -> Tensor:
        """(batch, 80, frames) -> (batch, frames / 2, width); `begins` shifts the places of a window that is cut short."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.places[begins : begins + x.shape[1]]
        for block in self.encoder:
            x = block(x)
        return self.norm_sound(x)

    def text(self, tokens: Tensor, sound: Tensor, seen: list[Tensor] | None = None) -> Tensor:
        """(batch, n) -> logits of the next token, (batch, n, tokens). `seen` takes up the last layer's attention."""
        x = self.embed(tokens) + self.positions[: tokens.shape[1]]
        mask = torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool).tril()
        for block in self.decoder:
            x = block(x, sound, mask, seen if block is self.decoder[-1] else None)
        return self.norm_text(x) @ self.embed.weight.T


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's fixed places."""
    scale = math.log(10_000) / (width // 2 - 1)
    at = torch.arange(length)[:, None] * torch.exp(-scale * torch.arange(width // 2))[None]
    return torch.cat([at.sin(), at.cos()], dim=1)
