/** Makes a result once for each object it is of: for what many causes ask of one case, which never changes. */
export function once<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const made = new WeakMap<Of, { readonly result: Made }>();
  return (of) => {
    const known = made.get(of);
    if (known !== undefined) return known.result;
    const result = make(of);
    made.set(of, { result });
    return result;
  };
}
