"""One module per page: functions from a Visit to a Response, and ROUTES."""
