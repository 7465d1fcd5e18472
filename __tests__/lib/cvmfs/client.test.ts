import { CvmfsClient, type CvmfsClientProps, CvmfsProxy, CvmfsRepository } from "../../../lib";
import { useScratch } from "../../support/scratch";
import { badNumbers, newStack, refusalOf, wrong } from "../../support/synthesis";

useScratch();

const repositories = [CvmfsRepository.alice(), CvmfsRepository.aliceOcdb()];
const rendered = (props?: CvmfsClientProps): string[] =>
  new CvmfsClient(props)
    .renderDefaultLocal(repositories)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
const refused = (props: CvmfsClientProps): string =>
  refusalOf(() => new CvmfsClient(props).validate(newStack(), "client"));

it("finds proxies by itself and has the cache that ALICE asks for, unless told otherwise", () =>
  expect(rendered()).toEqual([
    "CVMFS_REPOSITORIES='alice.cern.ch,alice-ocdb.cern.ch'",
    "CVMFS_CLIENT_PROFILE='single'",
    "CVMFS_QUOTA_LIMIT='5000'",
  ]));

it("renders everything that is given, quoted", () =>
  expect(
    rendered({
      proxy: CvmfsProxy.through(
        ["http://a:3128", "http://b:3128"],
        "http://[2001:db8::1]:3128",
      ).orNone(),
      quotaMegabytes: 20000,
      useCdn: true,
    }),
  ).toEqual([
    "CVMFS_REPOSITORIES='alice.cern.ch,alice-ocdb.cern.ch'",
    "CVMFS_HTTP_PROXY='http://a:3128|http://b:3128;http://[2001:db8::1]:3128;DIRECT'",
    "CVMFS_QUOTA_LIMIT='20000'",
    "CVMFS_USE_CDN='yes'",
  ]));

it.each([
  [CvmfsProxy.none(), "CVMFS_HTTP_PROXY='DIRECT'"],
  [CvmfsProxy.through("http://a"), "CVMFS_HTTP_PROXY='http://a'"],
])("renders %j as %s", (proxy, line) => {
  expect(rendered({ proxy })).toContain(line);
  expect(rendered({ proxy }).join()).not.toContain("CVMFS_CLIENT_PROFILE");
});

it("can look for proxies and go without where there are none", () =>
  expect(rendered({ proxy: CvmfsProxy.discovered().orNone() })).toEqual(
    expect.arrayContaining(["CVMFS_CLIENT_PROFILE='single'", "CVMFS_HTTP_PROXY='DIRECT'"]),
  ));

it.each(badNumbers(1000, 1_000_000))("refuses the quota %p", (quotaMegabytes) =>
  expect(refused({ quotaMegabytes: wrong(quotaMegabytes) })).toContain(
    "client.quotaMegabytes: given ",
  ),
);

it.each([
  "squid:3128",
  "http://",
  "ftp://squid",
  "http://squid:3128/",
  "http://a|http://b",
  "http://a;DIRECT",
  "http://a'",
  "http://a:port",
  "http://a:0",
  "http://a:65536",
  "http://a:99999",
  "http://a:100000",
  "DIRECT",
  "",
  5,
])("refuses the proxy %j", (url) =>
  expect(refused({ proxy: CvmfsProxy.through([wrong(url)]) })).toContain(
    `client.proxy[0]: given ${JSON.stringify(url)}; allowed: http://host:port`,
  ),
);

it("refuses a proxy with a password, without repeating it", () => {
  const refusal = refused({ proxy: CvmfsProxy.through("http://user:hidden@squid:3128") });
  expect(refusal).toContain(
    "client.proxy[0]: given a URL with a user; allowed: a proxy without user and password",
  );
  expect(refusal).not.toContain("hidden");
});

it("refuses no proxies at all, an empty group, and settings of another kind", () => {
  expect(refused({ proxy: CvmfsProxy.through() })).toContain("at least one proxy");
  expect(refused({ proxy: CvmfsProxy.through([]) })).toContain("allowed: at least one");
  expect(refused({ proxy: wrong("http://squid:3128") })).toContain("CvmfsProxy.through(…)");
  expect(refused({ useCdn: wrong("yes") })).toContain("allowed: true or false");
  expect(refusalOf(() => new CvmfsClient(wrong("x")))).toContain("an object with named values");
});

it("warns where each read would go to a stratum 1 server, and not elsewhere", () => {
  const warningsOf = (props: CvmfsClientProps) => {
    const stack = newStack();
    new CvmfsClient(props).validate(stack, "client");
    return stack.node.metadata.map(({ data }) => String(data));
  };
  expect(warningsOf({ proxy: CvmfsProxy.none() })).toEqual([
    expect.stringContaining("each read goes to a stratum 1 server"),
  ]);
  expect(warningsOf({ proxy: CvmfsProxy.none(), useCdn: true })).toEqual([]);
  expect(warningsOf({ proxy: CvmfsProxy.through("http://a").orNone() })).toEqual([]);
  expect(warningsOf({})).toEqual([]);
});
