/** Keeps a key that a view has used from the page around it, whose own shortcuts it would trigger too. */
export function keep(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}
