import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { type IVoBoxImage, VoBoxContainer, type VoBoxContainerProps, VoBoxImage } from "../../lib";
import { invalidContainer, validContainer } from "../support/arbitraries/container";
import { asTerraformReads, expectedContainer, normalized } from "../support/arbitraries/expected";
import { invalidImage, validImage } from "../support/arbitraries/image";
import { check } from "../support/arbitraries/runs";
import { useScratch } from "../support/scratch";
import { newImage, newStack, only, refusalOf, synthesize } from "../support/synthesis";

jest.setTimeout(300_000);

useScratch();

/** Props of containers in all, half of them valid. */
const containers = 10_000;
/** Props of images in all, half of them valid. */
const images = 1000;
let image: IVoBoxImage;
beforeAll(() => {
  image = newImage();
});

/** Path, property, what was given or of what kind it is, what is allowed, and a remedy in whole sentences. */
function sentence(path: string, property: string): RegExp {
  const quoted = `${path}: ${property}: `.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${quoted}given .+; allowed: .+\\. [A-Z].+\\.$`, "su");
}

it(`containers with valid props have all that was given in Terraform's JSON, and nothing else: ${containers / 2} of them`, () =>
  check(validContainer, containers / 2, ({ props, asked }) => {
    const stack = newStack();
    new VoBoxContainer(stack, "box", { ...props, image } as VoBoxContainerProps);
    const { resource = {} } = synthesize(stack);
    const { docker_container: boxes = {}, docker_network: networks = {}, ...others } = resource;
    expect(others).toEqual({});
    expect(Object.values(boxes).map((one) => normalized(asTerraformReads(one)))).toEqual([
      expectedContainer(image.reference, asked),
    ]);
    expect(Object.values(networks)).toEqual(asked.flatMap(({ network }) => network ?? []));
  }));

it(`containers with one invalid prop are refused, with place, given, allowed and remedy: ${containers / 2} of them`, () =>
  check(invalidContainer, containers / 2, ({ props, property }) => {
    const stack = newStack();
    expect(
      refusalOf(() => new VoBoxContainer(stack, "box", { ...props, image } as VoBoxContainerProps)),
    ).toMatch(sentence("site/box", property));
  }));

it(`images with valid props have all their files in the build context: ${images / 2} of them`, () =>
  check(validImage, images / 2, ({ props, files }) => {
    const stack = newStack();
    const made = new VoBoxImage(stack, "image", props);
    const resource = only(synthesize(stack), "docker_image");
    expect(resource["name"]).toBe(made.reference);
    expect(made.reference).toMatch(new RegExp(`^${props.name ?? "vobox"}:[0-9a-f]{16}$`));
    const { context } = resource["build"] as { readonly context: string };
    const folder = join(App.of(stack).outdir, "stacks/site", context);
    for (const [path, text] of Object.entries(files))
      expect(readFileSync(join(folder, "rootfs", path), "utf8")).toBe(text);
  }));

it(`images with one invalid prop are refused in the same way: ${images / 2} of them`, () =>
  check(invalidImage, images / 2, ({ props, property }) => {
    const stack = newStack();
    const message = refusalOf(() => new VoBoxImage(stack, "image", props));
    // Marks of tokens are found before the services are looked at one by one.
    expect(message.replace("services.list[", "services[")).toMatch(
      sentence("site/image", property),
    );
  }));
