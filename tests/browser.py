"""The Chromium of the browser tests: found, or installed where that can be done unasked."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
IN_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"]
FLAGS = [
    "--no-sandbox",  # it sees our own pages only, and root has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Half the work of each new page: a process in reserve, and frames of a window nobody sees.
    # The last such flag is the one that counts, so it holds those of Playwright too.
    "--disable-features=SpareRendererForSitePerProcess,InitialWebUI,InitialWebUISurfaceSync,"
    "WebUIReloadButton,WebUIToolbar,PreloadTopChromeWebUI,PrewarmWebUIContents,WebUIOmniboxPopup,"
    "WebUIOmniboxFullPopup,OmniboxFullWebUI,WebUIOmniboxAimPopup,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]
WAY_OUT = (
    "The browser tests need a Chromium. Install one:\n"
    f"    sudo {' '.join(INSTALL)}\n"
    "or tell where there is one: SPITS_CHROMIUM=/path/to/chromium make test"
)


def find_chromium() -> str | None:
    if given := os.environ.get("SPITS_CHROMIUM"):
        return given
    return next(filter(None, map(shutil.which, [*NAMES, IN_MACOS])), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Launch a browser, which opens pages by `new_page`."""
    chromium = find_chromium()
    assert chromium, WAY_OUT
    # Playwright's loop runs in this thread, so Django takes the tests' own queries for async ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def new_page(
    browser: Browser,
    address: str,
    *,
    width: int = 1280,
    height: int = 800,
    javascript: bool = True,
) -> Iterator[Page]:
    """Open a Dutch page, in a context of its own: one in the background would be slow."""
    context = browser.new_context(
        base_url=address,
        locale="nl-NL",
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
    )
    yield context.new_page()
    context.close()


def _install() -> None:
    """Install Chromium where nobody has to be asked for it."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.stderr.write(f"{WAY_OUT}\n")
        return
    sys.stdout.write("Installing Chromium for the browser tests, this once.\n")
    for command in [["apt-get", "update"], INSTALL]:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.stderr.write(f"{done.stderr}\n{WAY_OUT}\n")
            return


if __name__ == "__main__" and find_chromium() is None:
    _install()
