"""A headless Chromium of its own for a test: nothing of the user's, no network; what it asks for or complains of is known.

There are no sleeps: what a driver's call starts is done when it returns, and a page without scripts is done when it is
loaded.
"""

import contextlib
import json
import os
import sys
import tempfile

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    os.stat(CHROMIUM), os.stat(DRIVER)
except (ImportError, OSError) as error:
    sys.exit(f"This needs Debian's chromium, chromium-driver and python3-selenium ({error}). ./bazelw installs them.")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
SECONDS_MAX = 120  # For a page on a machine that is very busy; an ordinary one takes less than one.


class Browser:
    def __init__(self, driver):
        self.driver = driver

    def open(self, path, width, height=900, scheme="light"):
        """Opens a file, in a window of that size. Forgets what earlier pages asked for."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get("file://" + path)

    def run(self, script, *words):
        """Returns: what a function's body of JavaScript returns."""
        return self.driver.execute_script(script, *words)

    def requests(self):
        """Returns: the addresses that the page asked for since `open` or since the last call, its own included."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """Returns: the lines of the console since `open` or since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@contextlib.contextmanager
def started():
    """A browser with an empty profile, which ends with the block."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"), ignore_cleanup_errors=True) as home:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        for flag in FLAGS + (f"--user-data-dir={home}/profile",):
            options.add_argument(flag)
        own = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "XDG_RUNTIME_DIR": home}
        driver = webdriver.Chrome(service=Service(DRIVER, env=own), options=options)
        try:
            driver.set_page_load_timeout(SECONDS_MAX)
            driver.set_script_timeout(SECONDS_MAX)
            yield Browser(driver)
        finally:
            driver.quit()
