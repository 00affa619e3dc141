import { openFolder } from "../client/folder.ts";
import { machineSuffixes, suffixList } from "../client/suffixes.ts";
import { publishedDomains } from "../host/diagnosis/published-domains.ts";
import { openHostStore } from "../host/folder-store.ts";
import { findPlaces, type Place, type PlaceOptions } from "./role.ts";

/**
 * The domains in which a record of a host has to be for Muster's roles on this machine: those that the machine looks names
 * up in, or those given in their place; the client's lookup domain (`skms-domain`); and where the host is told to publish
 * itself, or last did.
 */
export async function ownDomains(options: PlaceOptions, given?: readonly string[]): Promise<string[]> {
  const configured = await Promise.all(placesOf(options).map(domainsOf));
  return suffixList([...(given ?? (await machineSuffixes())), ...configured.flat()]);

  async function domainsOf({ role, folder }: Place): Promise<string[]> {
    try {
      if (role === "client") {
        const { state } = await openFolder(folder).read();
        return [state.settings.lookupDomain ?? []].flat();
      }
      const store = await openHostStore(folder);
      return await publishedDomains(store)
        .then((published) => [...(options.publishedIn ?? []), ...published])
        .finally(() => store.close());
    } catch {
      // That a folder cannot be read is for those to say who read all of it.
      return [];
    }
  }
}

function placesOf(options: PlaceOptions): Place[] {
  try {
    return findPlaces(options);
  } catch {
    return [];
  }
}
