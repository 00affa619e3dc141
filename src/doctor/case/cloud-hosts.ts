/** Who runs a cloud's own KMS host; `provider` for hosting companies. */
export type CloudName = "azure" | "aws" | "gcp" | "provider";

/** Part of Azure that is closed to the others; `""` for the public cloud, and for every other cloud. */
export type CloudPart = "" | "usgov" | "china" | "germany";

/** A cloud's own KMS host. It counts for itself, so that no threshold is in its clients' way. */
export interface CloudHost {
  readonly cloud: CloudName;
  readonly part: CloudPart;
  /** Lower case; an address where the cloud gives it no name. */
  readonly name: string;
  /** Where it is reached today, as its cloud documents it. */
  readonly addresses: readonly string[];
  /** Where it was reached before. */
  readonly former: readonly string[];
}

/**
 * The hosts that clouds document. For Azure: learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/
 * custom-routes-enable-kms-activation; for Google: cloud.google.com/compute/docs/instances/windows/creating-managing-windows-instances.
 */
export const CLOUD_HOSTS: readonly CloudHost[] = [
  {
    cloud: "azure",
    part: "",
    name: "azkms.core.windows.net",
    addresses: ["20.118.99.224", "40.83.235.53"],
    former: ["23.102.135.246"],
  },
  {
    cloud: "azure",
    part: "usgov",
    name: "kms.core.usgovcloudapi.net",
    addresses: ["23.97.0.13", "52.126.105.2"],
    former: [],
  },
  {
    cloud: "azure",
    part: "china",
    name: "azkms.core.chinacloudapi.cn",
    addresses: ["159.27.28.100", "163.228.64.161"],
    former: ["42.159.7.249"],
  },
  {
    cloud: "azure",
    part: "germany",
    name: "kms.core.cloudapi.de",
    addresses: ["51.4.143.248"],
    former: [],
  },
  {
    cloud: "aws",
    part: "",
    name: "169.254.169.250",
    addresses: ["169.254.169.250", "169.254.169.251"],
    former: [],
  },
  {
    cloud: "gcp",
    part: "",
    name: "kms.windows.googlecloud.com",
    addresses: ["35.190.247.13"],
    former: [],
  },
  { cloud: "provider", part: "", name: "kms.rackspace.com", addresses: [], former: [] },
];

/** Other names that stand for one of them: Azure's older ones, and one for each data centre of Rackspace. */
const ALSO: readonly (readonly [RegExp, string])[] = [
  [/^(?:az)?kms\.core\.windows\.net$/, "azkms.core.windows.net"],
  [/^(?:az)?kms\.core\.usgovcloudapi\.net$/, "kms.core.usgovcloudapi.net"],
  [/^(?:az)?kms\.core\.chinacloudapi\.cn$/, "azkms.core.chinacloudapi.cn"],
  [/^(?:az)?kms\.core\.cloudapi\.de$/, "kms.core.cloudapi.de"],
  [/(?:^|\.)(?:kms\.rackspace\.com|servers\.rackspacecloud\.com)$/, "kms.rackspace.com"],
];

/** The cloud's host that a name or an address stands for, in any case and with or without a final dot. */
export function cloudHostOf(name: string): CloudHost | undefined {
  const plain = name.toLowerCase().replace(/\.$/, "");
  const named = ALSO.find(([pattern]) => pattern.test(plain))?.[1] ?? plain;
  return CLOUD_HOSTS.find(
    (host) => host.name === named || host.addresses.includes(plain) || host.former.includes(plain),
  );
}

/** The host that a cloud's own machines ask. */
export function hostOfCloud(cloud: CloudName, part: CloudPart): CloudHost | undefined {
  return CLOUD_HOSTS.find((host) => host.cloud === cloud && host.part === part);
}

const ZONES: readonly (readonly [RegExp, CloudName, CloudPart])[] = [
  [/(?:^|\.)(?:usgovcloudapp\.net|usgovcloudapi\.net)$/, "azure", "usgov"],
  [/(?:^|\.)(?:chinacloudapp\.cn|chinacloudapi\.cn)$/, "azure", "china"],
  [/(?:^|\.)cloudapp\.net$/, "azure", ""],
  [/(?:^|\.)(?:compute\.internal|ec2\.internal|ec2-utilities\.amazonaws\.com)$/, "aws", ""],
  [/(?:^|\.)(?:google\.internal|c\.[\w.-]+\.internal)$/, "gcp", ""],
];

/** The cloud that gives its machines this DNS suffix, in which nobody but the cloud can publish records. */
export function cloudZoneOf(
  suffix: string,
): { readonly cloud: CloudName; readonly part: CloudPart } | undefined {
  const plain = suffix.toLowerCase().replace(/\.$/, "");
  const found = ZONES.find(([pattern]) => pattern.test(plain));
  return found && { cloud: found[1], part: found[2] };
}
