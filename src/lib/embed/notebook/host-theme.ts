/**
 * Whether the notebook around is light or dark, as each says it; undefined where none says so, for the page's own colour scheme.
 *
 * JupyterLab and Notebook 7 write it on the body, VS Code too, Colab on the root, marimo as a class.
 */
export function hostTheme(): 'light' | 'dark' | undefined {
  const { body, documentElement: root } = document;
  const { jpThemeLight, vscodeThemeKind } = body.dataset;
  if (jpThemeLight !== undefined) return jpThemeLight === 'true' ? 'light' : 'dark';
  if (vscodeThemeKind !== undefined) return /light/.test(vscodeThemeKind) ? 'light' : 'dark';
  for (const element of [root, body]) {
    const said = element.getAttribute('theme') ?? element.dataset.theme;
    if (said === 'dark' || said === 'light') return said;
    if (element.classList.contains('dark')) return 'dark';
    if (element.classList.contains('light')) return 'light';
  }
  return undefined;
}

/** Calls back when it may have changed; returns what ends that. */
export function watchHostTheme(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  for (const element of [document.documentElement, document.body])
    observer.observe(element, { attributes: true });
  return () => observer.disconnect();
}
