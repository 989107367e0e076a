"""What a picture is made of: texts, boxes, lines and marks, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.core.text_width import text_width


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text from x to the right; `y` is the line it stands on, `size` the height of its letters."""

    x: float
    y: float
    text: str
    style: str
    size: float
    bold: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what the text takes at most."""
        width = text_width(self.text, self.size, bold=self.bold)
        return self.x, self.y - 0.9 * self.size, self.x + width, self.y + 0.25 * self.size


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `told` says in Dutch what it stands for, where that is worth telling."""

    x: float
    y: float
    width: float
    height: float
    style: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A diamond (peildatum), dot (a single day) or tick (a document that ends) round a middle."""

    x: float
    y: float
    size: float
    shape: str
    told: str = ""


@dataclass(slots=True)
class Chart:
    """The picture, back to front: shades, lines, boxes, marks, today's line, texts; `height` in the unit of `width`."""

    width: float
    height: float = 0.0
    shades: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    today: Line | None = None
    texts: list[Text] = field(default_factory=list)
