"""One outside thing each, strangers to each other: what reads, writes, sends and fetches for the app."""
