"""The demonstration as one page: pictures inside it, numbers in a table."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment
from PIL import Image
from torch import Tensor

from realsr.ganlab.two_modes.measures import Measures
from realsr.ganlab.two_modes.training import WAYS, WayName
from realsr.images.pixels import to_bytes

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Two HR images behind one LR</title><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto; padding: 0 1rem;
  color: #18181b; background: #fff }
figure { display: inline-block; margin: 0 .5rem .9rem 0; text-align: center }
figcaption { font-size: 13px; color: #52525b }
img { width: 120px; height: 120px; image-rendering: pixelated; display: block }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #e4e4e7; font-size: 14px }
th:first-child, td:first-child { text-align: left }
</style></head><body>
<h1>Two HR images behind one LR</h1>
<p>Every LR here has exactly two HR images, equally likely: the stripes lean to the right or to the left, and
of the LR, the mean of every 4 x 4 pixels, they leave nothing. One small network was trained four times,
{{ steps }} steps each, seed {{ seed }}; only the loss, and in the last the noise, differs.</p>
<ul>
<li><b>MSE</b> asks for the mean of the two, which is neither. Its squared error is the least there is.</li>
<li><b>L1</b> asks for the median of every pixel. Of two equally likely values everything between is a median,
so the loss is the same anywhere between the HR images, and where it stops is chance: compare the absolute
errors.</li>
<li><b>GAN</b> gives one of the two, because anything between is seen to be false. Where it picks the wrong one,
its squared error is four times that of the mean, and on average twice: 3 dB of PSNR, the price of being
sharp.</li>
<li><b>GAN with noise</b> (a coin an image) gives both, half of the time each.</li>
</ul>
<p>All of them agree with the LR, which therefore cannot tell them apart.</p>
{% for row in rows %}<div>
{% for picture in row %}<figure><img src="{{ picture.uri }}" alt="{{ picture.title }}">
<figcaption>{{ picture.title }}</figcaption></figure>
{% endfor %}</div>
{% endfor %}
<table><tr><th>{% for title in columns.values() %}<th>{{ title }}{% endfor %}</tr>
{% for name, way in ways.items() %}<tr><td>{{ way.title }}
{% for column in columns %}<td>{{ words(measures[name], column) }}{% endfor %}</tr>
{% endfor %}</table>
<p>Distances are root mean squares on [0, 1], over {{ scenes }} scenes that were not trained on and {{ draws }}
draws of each. An answer is <i>at</i> one of three places if it is nearer than a quarter of the distance from
HR 1 to HR 2. Errors are expected ones, against an HR that a coin picks. <i>Between</i>: share of values between
those of HR 1 and HR 2, to 0.02. LR-consistency: PSNR of the answer degraded again against the LR.</p>
</body></html>
"""

COLUMNS = {
    "to_mean": "to mean",
    "to_first": "to HR 1",
    "to_second": "to HR 2",
    "at_mean": "at mean",
    "at_first": "at HR 1",
    "at_second": "at HR 2",
    "squared_error": "squared error",
    "absolute_error": "absolute error",
    "between": "between",
    "lr_consistency": "LR-consistency",
}


@dataclass(frozen=True)
class Picture:
    """A picture of the page. uri: a PNG as a data URI."""

    title: str
    uri: str


def picture(title: str, image: Tensor) -> Picture:
    """Of an image `3 h w` in [0, 1]."""
    file = io.BytesIO()
    Image.fromarray(to_bytes(image)).save(file, "PNG")
    return Picture(title, f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}")


def page(
    rows: Sequence[Sequence[Picture]],
    measures: Mapping[WayName, Measures],
    facts: Mapping[str, int],
) -> str:
    """One HTML document that asks for nothing outside itself. facts: seed, steps, scenes and draws."""
    template = Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        rows=rows, measures=measures, ways=WAYS, columns=COLUMNS, words=_words, **facts
    )


def _words(measures: Measures, column: str) -> str:
    value: float = getattr(measures, column)
    if column.startswith("at_") or column == "between":
        return f"{value:.0%}"
    return f"{value:.1f} dB" if column == "lr_consistency" else f"{value:.3f}"
