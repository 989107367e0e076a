"""The pages: what the bureau sees and does, and where schools answer. It decides nothing; it asks the app and shows.

`site.py` puts the pages together; `visit.py` is what a page gets; `routes.py` says who may come where. A page module
in `pages/` has functions from a Visit to a Response, and a tuple ROUTES.
"""
