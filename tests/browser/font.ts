// Views in tests are set in a font of their own: what letters reach, and where lines break, is then the same on every machine.
import '@fontsource/inter/400.css';
import '@fontsource/inter/600.css';
import '@fontsource/inter/700.css';

const style = document.createElement('style');
style.textContent = `:root { --attentrace-font: Inter, sans-serif; }`;
document.head.append(style);
// Text is laid out anew when a font arrives, which no test expects.
await Promise.all([400, 600, 700].map((weight) => document.fonts.load(`${weight} 16px Inter`)));
