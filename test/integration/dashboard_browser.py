#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard in a real browser, on a live local cluster that proves a block:

    test/integration/dashboard_browser.py BUILD_DIR [SCREENSHOT_DIR]

Asserts on the DOM: live state, tasks and nodes while the block is being proven, the result afterwards; no console errors, no
request to anywhere else; the token leaves the address; a wrong token is told; nothing overflows at phone width; text has a
contrast of at least 4.5 in the light and the dark scheme. Needs chromium (or CHROMIUM=PROGRAM). Exit code 77: skipped.
"""
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--remote-debugging-pipe", "about:blank"]

CONTRAST = r"""(() => {
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3]));
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let t; (t = walker.nextNode());) {
    const e = t.parentElement;
    if (!t.textContent.trim() || ["SCRIPT", "STYLE"].includes(e.tagName) || !e.getClientRects().length) continue;
    let back = [255, 255, 255], opacity = 1;
    const chain = []; for (let n = e; n; n = n.parentElement) chain.unshift(n);
    for (const n of chain) { const s = getComputedStyle(n); back = over(parse(s.backgroundColor), back); opacity *= Number(s.opacity); }
    const c = parse(getComputedStyle(e).color); c[3] *= opacity;
    const a = light(over(c, back)), b = light(back);
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(`${e.tagName}.${e.className} "${t.textContent.trim().slice(0, 20)}" ${ratio.toFixed(2)}`);
  }
  return bad;
})()"""

OVERFLOW = r"""(() => { const w = document.documentElement.clientWidth;
  const bad = [...document.querySelectorAll("body *")].filter(e => e.getClientRects().length && e.getBoundingClientRect().right > w + 1)
    .map(e => e.tagName + "." + e.className);
  const small = [...document.querySelectorAll("body *")].filter(e => e.childNodes.length && e.getClientRects().length &&
    parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.tagName);
  return { wide: document.documentElement.scrollWidth > w, bad, small, width: w }; })()"""


def skip(why):
    print("SKIPPED: " + why, file=sys.stderr)
    sys.exit(77)


class Browser:
    """Chromium over --remote-debugging-pipe: JSON messages that end in a zero byte, on descriptors 3 and 4."""

    def __init__(self, program, profile):
        to_child, self.out = os.pipe()
        self.into, from_child = os.pipe()

        def wire():
            a, b = os.dup(to_child), os.dup(from_child)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen([program, "--user-data-dir=" + profile, *FLAGS], preexec_fn=wire, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.next_id, self.handlers = b"", 0, []

    def read(self, limit):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.into], [], [], limit)
            if not ready:
                return None
            piece = os.read(self.into, 1 << 16)
            if not piece:
                raise RuntimeError("the browser ended")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, params=None, session=None):
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        end = time.time() + 60
        while time.time() < end:
            reply = self.read(end - time.time())
            if reply is None:
                break
            if reply.get("id") == self.next_id:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']}")
                return reply["result"]
            for handler in self.handlers:
                handler(reply)
        raise RuntimeError(method + ": no answer")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Page:
    def __init__(self, browser, origin):
        self.browser, self.origin = browser, origin
        context = browser.call("Target.createBrowserContext")["browserContextId"]  # its own storage
        target = browser.call("Target.createTarget", {"url": "about:blank", "browserContextId": context})["targetId"]
        self.session = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self.errors, self.foreign = [], []
        browser.handlers.append(self.hear)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def hear(self, message):
        if message.get("sessionId") != self.session:
            return
        method, p = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append("exception: " + json.dumps(p["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
            self.errors.append("console: " + json.dumps(p["args"])[:500])
        elif method == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
            self.errors.append("log: " + p["entry"]["text"] + " " + p["entry"].get("url", ""))
        elif method == "Network.requestWillBeSent":
            url = p["request"]["url"]
            if not url.startswith((self.origin, "data:", "about:")):
                self.foreign.append(url)

    def call(self, method, params=None):
        return self.browser.call(method, params, self.session)

    def run(self, expression):
        r = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in r:
            raise RuntimeError(expression + ": " + json.dumps(r["exceptionDetails"])[:500])
        return r["result"].get("value")

    def text(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def wait(self, what, condition, limit=60):
        end = time.time() + limit
        while time.time() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.2)
        raise AssertionError(f"waited in vain: {what}; the page says:\n{self.text('body')}\nerrors: {self.errors}")

    def shot(self, directory, name):
        if directory:
            import base64
            data = self.call("Page.captureScreenshot", {"captureBeyondViewport": True})["data"]
            with open(os.path.join(directory, name + ".png"), "wb") as f:
                f.write(base64.b64decode(data))


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print("ok      " + what)


def appearance(page, shots, name):
    for scheme in ("light", "dark"):
        page.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        time.sleep(0.2)
        bad = page.run(CONTRAST)
        check(not bad, f"{name}: contrast of all text at least 4.5, {scheme} scheme" + "".join("\n        " + b for b in bad))
        page.shot(shots, f"{name}-{scheme}")
    page.call("Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True})
    time.sleep(0.3)
    o = page.run(OVERFLOW)
    check(o["width"] == 360 and not o["wide"] and not o["bad"] and not o["small"], f"{name}: usable at phone width {o}")
    page.shot(shots, f"{name}-phone")
    page.call("Emulation.clearDeviceMetricsOverride")


def watch(page, shots):
    page.wait("the state", lambda: page.text("#state") in ("proving", "queued"))
    check(page.run("location.hash") == "" and "token" not in page.run("location.href"), "the token has left the address")
    page.wait("three live nodes", lambda: page.run("document.querySelectorAll('#nodes .live').length") == 3)
    check(set(page.run("[...document.querySelectorAll('#nodes tr')].map(r => r.cells[1].innerText)")) == {"worker", "aggregator"},
          "workers and the aggregator are listed, live")
    page.wait("a running subblock", lambda: page.run("document.querySelectorAll('#blocks .running').length"), 240)
    page.wait("its name", lambda: re.search(r"(subblock|aggregate) \d+ running", page.text("#blocks")), 240)
    print("ok      a running task is shown")
    seen = page.wait("its progress", lambda: page.run(
        "Math.max(0, ...[...document.querySelectorAll('#blocks [role=progressbar]')].map(b => Number(b.getAttribute('aria-valuenow'))))"), 240)
    check(0 < seen <= 100, f"its bar moves ({seen} %)")
    page.wait("a node's task", lambda: re.search(r"(subblock|aggregate) \d+ of \d+", page.text("#nodes")), 240)
    print("ok      a node says what it does")
    check(page.run("document.querySelector('#login').offsetParent === null"), "no token is asked for")
    check(page.text("#trouble") == "", "no trouble is shown")
    appearance(page, shots, "proving")
    page.wait("the result", lambda: page.run("document.querySelectorAll('#recent .proven').length") == 1, 600)
    page.wait("idleness", lambda: page.text("#state") == "idle")
    row = page.run("[...document.querySelector('#recent tr').cells].map(c => c.innerText)")
    check(len(row) == 7 and row[1] == "proven" and all(row), f"the proven block has all its figures: {row}")
    check("Proven per hour\n1" in page.text("#figures"), "the figures count it")
    appearance(page, shots, "idle")
    check(not page.errors, f"no console errors {page.errors}")
    check(not page.foreign, f"no request to anywhere else {page.foreign}")


def login(browser, origin, token):
    page = Page(browser, origin)
    page.call("Page.navigate", {"url": origin + "/"})
    page.wait("the login form", lambda: page.run("document.querySelector('#login')?.offsetParent != null"))
    check(page.wait("a word about it", lambda: page.text("#trouble")) == "a reader token is needed", "without a token it is asked for")
    enter = """(t => { const i = document.getElementById('token'); i.value = t; i.form.requestSubmit(); })"""
    page.run(enter + "('wrong')")
    page.wait("the refusal", lambda: page.text("#trouble") == "this token is not known")
    check(page.run("document.getElementById('token').value") == "", "a wrong token is told, and cleared")
    page.run(enter + f"({json.dumps(token)})")
    page.wait("the data", lambda: page.text("#state") == "idle")
    check(page.run("document.querySelector('#login').offsetParent === null"), "the right one opens the page")
    check(all("401" in e for e in page.errors), f"no console errors but the refusals {page.errors}")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ctl = os.path.join(os.path.realpath(sys.argv[1]), "daemons", "ashlarctl")
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    if not os.access(ctl, os.X_OK):
        skip(ctl + " is not built")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not program:
        skip("no browser (apt-get install chromium, or CHROMIUM=PROGRAM)")
    if shots:
        os.makedirs(shots, exist_ok=True)
    work = tempfile.mkdtemp(prefix="ashlar-browser-")
    cluster = browser = None
    try:
        demo = os.path.join(ROOT, "etc", "demo")
        log = open(os.path.join(work, "stderr"), "w+")
        cluster = subprocess.Popen([ctl, "local", "--demo", demo, "--chain", os.path.join(demo, "chain.json"), "--subblock-gas", "100000",
                                    "--stay", "--port", "0", "--state-dir", os.path.join(work, "state")], stdout=subprocess.DEVNULL, stderr=log)
        address = None
        for _ in range(300):
            found = re.search(r"dashboard\s+(http://127\.0\.0\.1:\d+)/#token=(\S+)", open(log.name).read())
            if found:
                address = found
                break
            if cluster.poll() is not None:
                break
            time.sleep(0.2)
        if not address:
            raise AssertionError("the cluster did not start:\n" + open(log.name).read())
        origin, token = address.group(1), address.group(2)
        browser = Browser(program, os.path.join(work, "profile"))
        page = Page(browser, origin)
        page.call("Page.navigate", {"url": f"{origin}/#token={token}"})
        watch(page, shots)
        login(browser, origin, token)
        browser.close()
        browser = None
        cluster.send_signal(signal.SIGINT)
        check(cluster.wait(60) == 0, "the cluster stops on Ctrl-C with exit code 0")
        print("all checks passed")
    except (AssertionError, RuntimeError) as e:
        print(f"FAILED  {e}", file=sys.stderr)
        sys.exit(1)
    finally:
        if browser:
            browser.close()
        if cluster and cluster.poll() is None:
            cluster.terminate()
            try:
                cluster.wait(40)
            except subprocess.TimeoutExpired:
                cluster.kill()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
