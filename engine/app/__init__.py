"""One module per verb: fetch, let the core decide, save and hand over. No text for pages, no SQL."""
