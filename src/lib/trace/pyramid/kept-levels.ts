/** A matrix that keeps coarser levels of itself. When all keep too many bytes, the least recently used forget theirs. */
interface Holder {
  forget(): void;
}

const budget = 64 * 2 ** 20;
// In order of last use. Weak, so that a trace that is dropped is not kept alive by its levels.
const kept = new Map<WeakRef<Holder>, number>();
const refs = new WeakMap<Holder, WeakRef<Holder>>();
let bytes = 0;

/** Records that a holder keeps `more` bytes than before. */
export function keepLevels(holder: Holder, more: number): void {
  let ref = refs.get(holder);
  if (!ref) refs.set(holder, (ref = new WeakRef(holder)));
  const before = kept.get(ref) ?? 0;
  kept.delete(ref);
  kept.set(ref, before + more);
  bytes += more;
  for (const [other, its] of kept) {
    if (bytes <= budget || other === ref) return;
    kept.delete(other);
    bytes -= its;
    other.deref()?.forget();
  }
}

/** Records that a holder's levels were used. */
export function touchLevels(holder: Holder): void {
  const ref = refs.get(holder);
  const its = ref && kept.get(ref);
  if (!ref || its === undefined) return;
  kept.delete(ref);
  kept.set(ref, its);
}
