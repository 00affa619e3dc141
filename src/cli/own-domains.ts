import { openFolder } from "../client/folder.ts";
import { machineSuffixes, suffixList } from "../client/suffixes.ts";
import { type LookupDomains, publishedDomains } from "../host/diagnosis/published-domains.ts";
import { openHostStore } from "../host/folder-store.ts";
import { findPlaces, type Place, type PlaceOptions } from "./role.ts";

/**
 * The domains in which a record of a host has to be for Muster's roles on this machine: those that the machine looks names
 * up in, or those given in their place; the client's lookup domain (`skms-domain`); and where the host is told to publish
 * itself, or last did.
 */
export async function ownDomains(options: PlaceOptions, given?: readonly string[]): Promise<LookupDomains> {
  const configured = await Promise.all(placesOf(options).map(domainsOf));
  const suffixes = configured.flatMap((each) => each.suffixes);
  return {
    suffixes: suffixList([...(given ?? (await machineSuffixes())), ...suffixes]),
    served: configured.flatMap(({ served }) => served),
  };

  async function domainsOf({ role, folder }: Place): Promise<LookupDomains> {
    try {
      if (role === "client") {
        const { state } = await openFolder(folder).read();
        return { suffixes: [state.settings.lookupDomain ?? []].flat(), served: [] };
      }
      const store = await openHostStore(folder);
      const { suffixes, served } = await publishedDomains(folder, store).finally(() => store.close());
      return { suffixes: [...(options.publishedIn ?? []), ...suffixes], served };
    } catch {
      // That a folder cannot be read is for those to say who read all of it.
      return { suffixes: [], served: [] };
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
