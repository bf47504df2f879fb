"""One Chromium for all tests of a process: two of them cannot be driven from one."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright


def installed():
    """Return the path of a Chromium of this machine; None leaves the choice to the driver."""
    named = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome")
    return named or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser():
    """Return a Chromium; left out only where none can be started."""
    with sync_playwright() as driver:
        path = installed()
        if path is None and not Path(driver.chromium.executable_path).exists():
            pytest.skip("no Chromium is installed on this machine")
        try:
            started = driver.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
        except Error as trouble:
            pytest.fail(f"Chromium is installed and does not start: {trouble}")
        yield started
        started.close()
