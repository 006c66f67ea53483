"""Chromium opened on one file and driven by its own protocol; no driver, no network."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tornado.websocket import websocket_connect


class Page:
    """A page in a headless browser: ``with Page(chromium, path) as page``.

    ``dialogs``, ``requests`` and ``errors`` hold what happened since it was opened.
    """

    def __init__(self, program: str, path: Path, *, scripts: bool = True, bypass_csp: bool = False) -> None:
        self.program, self.path, self.scripts, self.bypass_csp = program, path, scripts, bypass_csp
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.load_s = 0.0

    def __enter__(self) -> Page:
        self._folder = tempfile.TemporaryDirectory()
        self._loop = asyncio.new_event_loop()
        self._process = subprocess.Popen(
            [self.program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run",
             "--disable-extensions", "--window-size=1200,900", f"--user-data-dir={self._folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        port_file = Path(self._folder.name) / "DevToolsActivePort"
        deadline = time.monotonic() + 40
        while not (port_file.exists() and port_file.read_text().count("\n")):
            if time.monotonic() > deadline:
                raise TimeoutError("chromium did not start")
            time.sleep(0.05)
        port = port_file.read_text().split()[0]
        self._loop.run_until_complete(self._open(port))
        return self

    async def _open(self, port: str) -> None:
        from tornado.httpclient import AsyncHTTPClient

        answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/json/list")
        page = next(t for t in json.loads(answer.body) if t["type"] == "page")
        self._socket = await websocket_connect(page["webSocketDebuggerUrl"], max_message_size=2**28)
        self._number = 0
        for method in ("Page.enable", "Runtime.enable", "Network.enable", "Log.enable"):
            await self._call(method)
        if not self.scripts:
            await self._call("Emulation.setScriptExecutionDisabled", value=True)
        if self.bypass_csp:  # to put a test tool into the page, which the page itself forbids
            await self._call("Page.setBypassCSP", enabled=True)
        start = time.monotonic()
        self._loaded = False
        await self._call("Page.navigate", url=self.path.resolve().as_uri())
        while not self._loaded:
            await self._event()
        self.load_s = time.monotonic() - start

    async def _event(self) -> dict[str, Any]:
        message = json.loads(await asyncio.wait_for(self._socket.read_message(), 40))
        method = message.get("method")
        if method == "Page.javascriptDialogOpening":
            self.dialogs.append(message["params"]["message"])
            self._number += 1
            await self._socket.write_message(
                json.dumps({"id": self._number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}})
            )
        elif method == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(message["params"]["exceptionDetails"]["text"])
        elif method == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.errors.append(message["params"]["entry"]["text"])
        elif method == "Page.loadEventFired":
            self._loaded = True
        return message

    async def _call(self, method: str, **params: Any) -> Any:
        self._number += 1
        number = self._number
        await self._socket.write_message(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = await self._event()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(message["error"])
                return message["result"]

    def call(self, method: str, **params: Any) -> Any:
        """Call a method of the browser's protocol."""
        return self._loop.run_until_complete(self._call(method, **params))

    def run(self, script: str) -> Any:
        """Evaluate an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def click(self, selector: str) -> None:
        """Click the middle of an element with the mouse."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block:'center'}}); "  # noqa: E501
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def move(self, x: float, y: float) -> None:
        """Move the mouse to a point of the window."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(20)
        self._loop.close()
        self._folder.cleanup()
