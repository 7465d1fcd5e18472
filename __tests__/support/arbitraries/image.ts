import * as fc from "fast-check";
import {
  BaseImage,
  CvmfsPackage,
  VoBoxFile,
  type VoBoxImageProps,
  VoBoxPort,
  VoBoxService,
  type VoBoxServiceProps,
  VoBoxServices,
} from "../../../lib";
import {
  badInstance,
  badList,
  badNumber,
  badPath,
  badText,
  composed,
  maybe,
  misspelt,
  oneLineText,
  pathBelow,
} from "./values";

type Given = Readonly<Record<string, unknown>>;

/** Props of an image that are valid by construction, and the texts of its files by their path. */
export interface ValidImage {
  readonly props: VoBoxImageProps;
  readonly files: Readonly<Record<string, string>>;
}

const base = fc.constantFrom(
  BaseImage.el9(),
  BaseImage.debian(),
  BaseImage.debian({ reference: "registry.example.org:5000/a/debian:12" }),
  BaseImage.el9({ reference: `almalinux@sha256:${"0".repeat(64)}` }),
);
const word = oneLineText.filter((text) => text !== "");
const service = fc.record(
  {
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/),
    command: fc.array(word, { maxLength: 3 }).map((args) => ["/opt/agent", ...args, "end"]),
    user: fc.stringMatching(/^u[a-z0-9_-]{0,31}$/),
    environmentFile: pathBelow("/etc"),
    startSeconds: fc.integer({ min: 1, max: 300 }),
    stopSignal: fc.constantFrom("TERM", "HUP", "INT", "QUIT", "KILL", "USR1", "USR2"),
    stopSeconds: fc.integer({ min: 1, max: 300 }),
    priority: fc.integer({ min: 10, max: 999 }),
    healthCommand: fc.array(word, { maxLength: 3 }),
    ports: fc.array(fc.integer({ min: 20_000, max: 65_535 }).map(ownPort), { maxLength: 1 }),
  },
  { requiredKeys: ["name", "command"] },
);
const services = fc.oneof(
  fc.constantFrom(undefined, VoBoxServices.jalien(), VoBoxServices.alien()),
  fc
    .uniqueArray(service, {
      ...{ minLength: 1, maxLength: 3 },
      comparator: (a, b) => a.name === b.name || (a.ports?.[0] ?? a).name === b.ports?.[0]?.name,
    })
    .map((list) => VoBoxServices.of(...list.map((one) => new VoBoxService(one)))),
);
/** None lies below another one: all names have the same depth. */
const files = fc.dictionary(
  oneLineText.map((text) => `/opt/site/${composed(`f${text.replaceAll("/", "")}`)}`),
  fc
    .array(fc.oneof(oneLineText, fc.constantFrom("\n", "\u0000", "\r\n")), { maxLength: 4 })
    .map((list) => list.join("")),
  { maxKeys: 3 },
);

/** Props of images. */
export const validImage: fc.Arbitrary<ValidImage> = fc
  .record({
    base: maybe(base),
    services,
    packages: maybe(fc.array(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.+:_-]{0,20}$/))),
    cvmfsPackage: fc.constantFrom(undefined, CvmfsPackage.official(), CvmfsPackage.none()),
    files,
    name: maybe(fc.stringMatching(/^[a-z0-9]{1,9}([._/-][a-z0-9]{1,9}){0,3}$/)),
    accountUid: maybe(fc.integer({ min: 1, max: 60000 })),
  })
  .filter(({ packages }) => packages?.includes("autofs") !== true)
  .map(({ files: texts, ...props }) => ({
    props: {
      ...props,
      files: Object.entries(texts).map(([path, text]) => VoBoxFile.fromText(path, text)),
    },
    files: texts,
  }));

/** Props of images that are refused for one reason, beside whatever else is valid. */
export const invalidImage = fc
  .tuple(
    validImage,
    fc.oneof(
      fc
        .constantFrom("base", "services", "cvmfsPackage")
        .chain((property) =>
          badInstance.map((value) => ({ props: { [property]: value }, property })),
        ),
      fc
        .constantFrom("packages", "files")
        .chain((property) => badList.map((value) => ({ props: { [property]: value }, property }))),
      badInstance.map((value) => ({ props: { files: [value] }, property: "files[0]" })),
      fc
        .oneof(fc.constantFrom("", "-y", "a b", "a;b", "$(id)", "autofs"), badText("vim"))
        .map((value) => ({ props: { packages: ["a", value] }, property: "packages[1]" })),
      fc
        .oneof(fc.constantFrom("", "VoBox", "vobox:1", "a//b", "-a"), badText("vobox"))
        .map((value) => ({ props: { name: value }, property: "name" })),
      misspelt("service", "baseImage", "files_", "tag").map((props) => ({
        props,
        property: "props",
      })),
      badNumber(1, 60000).map((value) => ({
        props: { accountUid: value },
        property: "accountUid",
      })),
      fc
        .oneof(fc.constantFrom("", "debian", "debian:latest", "debian:12 x"), badText("debian:12"))
        .map((reference) => ({
          props: { base: BaseImage.debian({ reference: reference as string }) },
          property: "base.reference",
        })),
      fc.constantFrom("", "a", "/", "/a/", "/a//b", "/../a", "/a\n").map((path) => ({
        props: { files: [VoBoxFile.fromText(path, "x")] },
        property: "files[0].target",
      })),
      badNumber(0, 0o777).map((mode) => ({
        props: { files: [VoBoxFile.fromText("/a", "x", { mode: mode as number })] },
        property: "files[0].mode",
      })),
      fc.constant({
        props: { files: [VoBoxFile.fromText("/a", "x"), VoBoxFile.fromText("/a", "x")] },
        property: "files[1]",
      }),
      fc.constant({
        props: { files: [VoBoxFile.fromText("/a", "x"), VoBoxFile.fromText("/a/b", "x")] },
        property: "files",
      }),
      invalidService(),
    ),
  )
  .map(([{ props }, broken]) => ({
    props: { ...props, ...(broken.props as Given) },
    property: broken.property,
  }));

function invalidService() {
  const seconds = badNumber(1, 300);
  return fc
    .oneof(
      part("name", fc.oneof(fc.constantFrom("", "Ce", "1a", "resolv-conf-keeper"), badText("ce"))),
      part("command", fc.oneof(badList, fc.constant([]), fc.constant(["nohup", "x"]))),
      part("healthCommand", badList),
      part("user", fc.oneof(fc.constantFrom("", "root", "a b", "A"), badText("agent"))),
      part("environmentFile", badPath),
      part("startSeconds", seconds),
      part("stopSeconds", seconds),
      part("priority", badNumber(10, 999)),
      part("ports", badList),
      part("stopSignal", fc.oneof(fc.constantFrom("", "SIGTERM", "STOP"), badText("TERM"))),
    )
    .map(({ key, value }) => {
      const given = { name: "one", command: ["/bin/x"], [key]: value } as VoBoxServiceProps;
      const property = `services[0].${key}`;
      return { props: { services: VoBoxServices.of(new VoBoxService(given)) }, property };
    });
}

function ownPort(number: number): VoBoxPort {
  return new VoBoxPort({ number, protocol: "tcp", service: "own", openTo: [], purpose: "a test" });
}

function part(key: string, values: fc.Arbitrary<unknown>) {
  return values.map((value) => ({ key, value }));
}
