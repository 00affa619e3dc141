/**
 * Gathers what is to be sent to another thread until the events at hand are dealt with, then sends it together: a
 * message costs as much as several requests.
 */
export function createOutbox<T>(send: (items: T[]) => void): (item: T) => void {
  let items: T[] = [];
  return (item) => {
    items.push(item);
    if (items.length > 1) return;
    setImmediate(() => {
      const waiting = items;
      items = [];
      send(waiting);
    });
  };
}
