/* Light, dark, or what the system says. The choice is a cookie, so that the server draws it. */
const YEAR = 31536000;
const COOKIE = "spits_theme";
const root = document.documentElement;
const buttons = document.querySelectorAll("[data-theme]");

function show() {
  const chosen = root.dataset.bsTheme ?? "system";
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.theme === chosen));
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    const chosen = button.dataset.theme;
    if (chosen === "system") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = chosen;
    const age = chosen === "system" ? 0 : YEAR;
    document.cookie = `${COOKIE}=${chosen}; path=/; max-age=${age}; samesite=lax`;
    show();
  });
}

show();
