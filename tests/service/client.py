"""A caller of the service inside this process, with the headers that every caller sends."""

import json
from itertools import count

_keys = count(1)


class Client:
    """A Flask test client that says who it is and gives every write a fresh key."""

    def __init__(self, http, token):
        self.http = http
        self.token = token

    def headers(self, **more):
        said = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        return {**said, **{name.replace("_", "-"): value for name, value in more.items()}}

    def get(self, path, **headers):
        return self.http.get(f"/api/v1{path}", headers=self.headers(**headers))

    def post(self, path, said, **headers):
        key = headers.pop("key", None) or f"test-key-{next(_keys):06d}"
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        told = self.headers(Idempotency_Key=key, Content_Type="application/json", **headers)
        return self.http.post(f"/api/v1{path}", data=body, headers=told)
