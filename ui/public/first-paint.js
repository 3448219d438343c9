// Runs before the first paint, so that a chosen theme never flashes in the other one.
// The page writes the theme here after each change; a theme is no secret.
(() => {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
