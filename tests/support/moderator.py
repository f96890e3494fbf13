# SPDX-License-Identifier: Apache-2.0
"""A browser at the desk, as far as a test of many decisions needs one."""
import html
import http.client
import re
import urllib.parse

PASSWORD = "four small words here"


class Browser:
    """With one connection that stays open, and nobody signed in."""

    def __init__(self, port):
        self.port, self.cookie, self.token = port, "", ""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method, path, form=None):
        """(status, page)"""
        fields = {"Cookie": self.cookie}
        body = None
        if form is not None:
            body = urllib.parse.urlencode({**form, "form-token": self.token})
            fields |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        self.connection.request(method, path, body, fields)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        jar = dict(one.split("=", 1) for one in self.cookie.split("; ") if one)
        jar |= dict(one.split(";")[0].split("=", 1) for one in answer.headers.get_all("Set-Cookie", []))
        self.cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        if found := re.search('name="form-token" value="([^"]+)"', page):
            self.token = html.unescape(found[1])
        return answer.status, page


class Moderator(Browser):
    """Signed in."""

    def __init__(self, port, name):
        super().__init__(port)
        self.name = name
        self.ask("GET", "/sign-in")
        status, _ = self.ask("POST", "/sign-in", {"name": name, "password": PASSWORD})
        if status != 303:
            raise RuntimeError(f"{name} cannot sign in: {status}")
        self.ask("GET", "/keys")
