import type { Labels } from './labels/index.js';

const noticeMs = 3000;

/** Copies the numbers of a view as text, tab-separated, as spreadsheets take them. */
export class CopyNumbers {
  /** What came of it, for a moment. */
  notice = $state('');

  /** @param text the numbers; undefined where they are too many */
  constructor(
    private readonly labels: () => Labels,
    private readonly text: () => string | Promise<string> | undefined,
  ) {}

  /** The browser's own copy command, on the element that has the focus. */
  readonly oncopy = (event: ClipboardEvent): void => {
    void this.copy((text) => event.clipboardData?.setData('text/plain', text));
    event.preventDefault();
  };

  /** Copies; with `write` at once, as the browser's own command does not wait. */
  async copy(write?: (text: string) => void): Promise<void> {
    try {
      const text = this.text();
      if (text !== undefined) {
        if (text instanceof Promise || !write) await navigator.clipboard.writeText(await text);
        else write(text);
      }
      this.notice = this.labels()[text === undefined ? 'notCopied' : 'copied'];
    } catch (cause) {
      this.notice = String(cause);
    }
    setTimeout(() => (this.notice = ''), noticeMs);
  }
}
