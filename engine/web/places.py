"""The pages on which something is mended, by the name that findings and the line at the head give them."""

from __future__ import annotations

from collections.abc import Mapping

PLACES: Mapping[str, tuple[str, str]] = {
    "gezondheid": ("/beheer/gezondheid", "Gezondheid"),
    "post": ("/post#wacht", "Post"),
    "verstuurd": ("/post/verstuurd", "Verstuurd"),
    "contactpersonen": ("/contacten", "Contactpersonen"),
    "regels": ("/beheer/regels", "Regels"),
    "afsluiten": ("/jaarplanning/afsluiten", "Sluit schooljaar af"),
    "jaarplanning": ("/jaarplanning", "Jaarplanning"),
}
