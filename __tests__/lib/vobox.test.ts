import { BaseImage, CvmfsMount, VoBox } from "../../lib";
import { useScratch } from "../support/scratch";
import {
  newImage,
  newStack,
  only,
  refusalOf,
  type Synthesized,
  synthesize,
  wrong,
} from "../support/synthesis";

useScratch();

describe("a VO-Box with an image of its own", () => {
  let vobox: VoBox;
  let synthesized: Synthesized;
  beforeAll(() => {
    const stack = newStack();
    vobox = new VoBox(stack, "vobox", {
      fqdn: "vobox.cern.ch",
      imageProps: { base: BaseImage.debian(), name: "own" },
    });
    synthesized = synthesize(stack);
  });

  it("builds it and runs it", () => {
    expect(vobox.image.reference).toMatch(/^own:[0-9a-f]{16}$/);
    expect(only(synthesized, "docker_image")["name"]).toBe(vobox.image.reference);
    expect(only(synthesized, "docker_container")["image"]).toBe(vobox.image.reference);
  });

  it("has CVMFS from the host", () =>
    expect(only(synthesized, "docker_container")["mounts"]).toContainEqual(
      expect.objectContaining({ target: "/cvmfs", bind_options: { propagation: "rslave" } }),
    ));

  it("names its parts", () => {
    expect(vobox.container.node.path).toBe("site/vobox/Container");
    expect(vobox.image.node.path).toBe("site/vobox/Image");
    expect(vobox.container.volumeNames).toEqual({ state: "vobox-state", logs: "vobox-logs" });
  });
});

describe("a VO-Box with the image of another construct", () => {
  it("runs it and builds none", () => {
    const image = newImage();
    const stack = newStack();
    const vobox = new VoBox(stack, "vobox", { fqdn: "vobox.cern.ch", image });
    expect(vobox.image).toBe(image);
    const synthesized = synthesize(stack);
    expect(only(synthesized, "docker_container")["image"]).toBe(image.reference);
    expect(Object.keys(synthesized.resource ?? {})).toEqual(["docker_container"]);
  });
});

describe("refusals", () => {
  it("an image and what its own would hold", () =>
    expect(
      refusalOf(
        () =>
          new VoBox(newStack(), "vobox", {
            fqdn: "vobox.cern.ch",
            image: newImage(),
            imageProps: {},
          }),
      ),
    ).toBe(
      "site/vobox: imageProps: given image and imageProps; allowed: either image or imageProps. Give the props to the construct that builds the image.",
    ));

  it("no props", () =>
    expect(refusalOf(() => new VoBox(newStack(), "vobox", wrong(undefined)))).toContain(
      "site/vobox: props: given undefined; allowed: an object with named values.",
    ));

  it("names the part that refuses", () => {
    const mount = CvmfsMount.fromHost({ mountPoint: "/x" });
    expect(
      refusalOf(() => new VoBox(newStack(), "vobox", { fqdn: "vobox.cern.ch", cvmfs: mount })),
    ).toContain("site/vobox/Container: cvmfs.mountPoint");
    expect(
      refusalOf(
        () =>
          new VoBox(newStack(), "vobox", { fqdn: "vobox.cern.ch", imageProps: { name: "a:b" } }),
      ),
    ).toContain("site/vobox/Image: name");
  });
});
