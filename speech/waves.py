"""Small things about samples: a WAV file of them, and whether two channels are one."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

RATE = 16_000
"""Samples a second that recognisers hear."""


def wav_bytes(samples: Samples) -> bytes:
    """One channel of samples as a 16-bit WAV file at RATE."""
    import numpy as np

    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes())
    return buffer.getvalue()


def same_sound(samples: Samples) -> bool:
    """Whether the two channels hold one and the same sound (a mono call saved as stereo): then they tell no speakers
    apart. The energy of their difference is under a thousandth of their own; silence says nothing and is True."""
    import numpy as np

    if samples.shape[0] != 2:
        return True
    left, right = samples[0].astype(np.float64), samples[1].astype(np.float64)
    return bool(np.square(left - right).sum() <= 1e-3 * (np.square(left).sum() + np.square(right).sum()))
