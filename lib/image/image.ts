import { rmSync } from "node:fs";
import { join, posix } from "node:path";
import { Image } from "@cdktf/provider-docker/lib/image";
import { App, Manifest, TerraformStack, Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { CvmfsPackage } from "../cvmfs/package";
import { refuseCollidingIds } from "../ids";
import type { VoBoxPort } from "../network/ports";
import { requireProviderVersion } from "../provider-version";
import { visitLeaves } from "../leaves";
import { checkProps, type PropNames } from "../props";
import {
  checkDistinct,
  checkInstance,
  checkList,
  checkText,
  checkWholeNumber,
  holdsToken,
  refuse,
  unknownValue,
} from "../refusal";
import { refuseSecretsOn, refuseSecretTexts } from "../secrets";
import { voAccountName } from "./account";
import { BaseImage } from "./base-image";
import { type BuildContext, buildContext, filesOf, type VoAccount } from "./context";
import { VoBoxFile } from "./file";
import { VoBoxServices } from "./services";

/** Minutes that a slow site gets to build an image; the provider's default of 20 minutes, in sight. */
const buildTimeoutMinutes = 20;
/** Length of the tag: enough of the hash that two images of one site never share it. */
const tagLength = 16;

/** An image of a VO-Box, wherever it is built. */
export interface IVoBoxImage extends IConstruct {
  /** Name and content-hash tag, known at synthesis. */
  readonly reference: string;
  /**
   * Seconds that its services take at most to stop: the sum of theirs, for supervisord stops one after the
   * other. The container's `stopGraceSeconds` has to cover it.
   */
  readonly stopSeconds: number;
  /** What its services listen on: in the host's network that is the host's. */
  readonly ports: readonly VoBoxPort[];
  /** Whether it holds a CVMFS client, which `CvmfsMount.inContainer()` needs. */
  readonly hasCvmfsClient: boolean;
}

/** What an image holds. */
export interface VoBoxImageProps {
  /** What the image is made from. @default BaseImage.el9() */
  readonly base?: BaseImage;
  /** Services that the VO-Box runs. @default VoBoxServices.jalien() */
  readonly services?: VoBoxServices;
  /** Packages besides those that the VO-Box needs, by the names of the base's family. @default - none */
  readonly packages?: readonly string[];
  /**
   * The CVMFS client in it. One image serves containers that mount CVMFS themselves and those that are given the
   * host's.
   * @default CvmfsPackage.official()
   */
  readonly cvmfsPackage?: CvmfsPackage;
  /** Files besides the shipped ones; one with the path of a shipped file takes its place. @default - none */
  readonly files?: readonly VoBoxFile[];
  /** Name of the image on the engine, without a tag. @default vobox */
  readonly name?: string;
  /** Number of the VO account `alicesgm` (user and group), 1 to 60000: what the volumes' files belong to. @default 1000 */
  readonly accountUid?: number;
}

const propNames: PropNames<VoBoxImageProps> = {
  base: true,
  services: true,
  packages: true,
  cvmfsPackage: true,
  files: true,
  name: true,
  accountUid: true,
};

/**
 * The image of a VO-Box: base, packages, services and scripts. One image serves all sites; what differs
 * between sites belongs to the container.
 *
 * Its tag is a hash of its content, so it is built if and only if the content changes. On a change the
 * new image is built before the old one is dropped from the state, and the old one stays on the engine.
 */
export class VoBoxImage extends Construct implements IVoBoxImage {
  readonly reference: string;
  readonly stopSeconds: number;
  readonly ports: readonly VoBoxPort[];
  readonly hasCvmfsClient: boolean;
  /** The Terraform resource: for what the provider can and no prop names. */
  readonly resource: Image;

  /** @throws Refusal for bad input, naming this construct's path. */
  constructor(scope: Construct, id: string, props: VoBoxImageProps = {}) {
    super(scope, id);
    refuseCollidingIds(this);
    requireProviderVersion(this);
    checkProps(this, "props", props, propNames);
    refuseSecretTexts(this, props);
    this.refuseTokens(props);
    const base = props.base ?? BaseImage.el9();
    const services = props.services ?? VoBoxServices.jalien();
    const name = props.name ?? "vobox";
    const account: VoAccount = { name: voAccountName, uid: props.accountUid ?? 1000 };
    const packages = props.packages ?? [];
    const files = props.files ?? [];
    const cvmfsPackage = props.cvmfsPackage ?? CvmfsPackage.official();

    checkInstance(this, "base", base, BaseImage, "BaseImage.el9() or BaseImage.debian()");
    base.validate(this, "base");
    checkInstance(
      this,
      "services",
      services,
      VoBoxServices,
      "VoBoxServices.jalien(), VoBoxServices.alien() or VoBoxServices.of(new VoBoxService({ … }))",
    );
    services.validate(this, "services");
    this.validatePackages("packages", packages);
    this.validateFiles("files", files);
    checkInstance(
      this,
      "cvmfsPackage",
      cvmfsPackage,
      CvmfsPackage,
      "CvmfsPackage.official(), CvmfsPackage.compatible({ files }) or CvmfsPackage.none()",
    );
    cvmfsPackage.validate(this, "cvmfsPackage");
    this.validatePackages("cvmfsPackage.packages", cvmfsPackage.packages);
    this.validateFiles("cvmfsPackage.files", cvmfsPackage.files);
    checkText(this, "name", name, {
      pattern: /^[a-z0-9]+([._/-][a-z0-9]+)*$/,
      allowed: "lower-case letters, digits, and . _ - / between them, without a tag",
      remedy: "The tag is the hash of the content.",
    });
    checkWholeNumber(this, "accountUid", account.uid, {
      minimum: 1,
      maximum: 60000,
      unit: "user numbers",
    });

    const content = { base, packages, cvmfsPackage, account, services: services.list, files };
    const allFiles = filesOf(content);
    this.refuseFilesInFiles(allFiles);
    const context = buildContext(content, allFiles);
    this.reference = `${name}:${context.hash.slice(0, tagLength)}`;
    this.hasCvmfsClient = cvmfsPackage.isThere;
    this.ports = services.ports;
    this.stopSeconds = services.list.reduce((sum, service) => sum + service.stopSeconds, 0);
    this.resource = new Image(this, "Default", {
      name: this.reference,
      // The engine keeps the old image until it is pruned: a container may still run it.
      keepLocally: true,
      triggers: { content: context.hash },
      buildAttribute: {
        context: this.stage(context),
        dockerfile: "Dockerfile",
        // The engine may have no bridge; and the host's resolvers are those that work.
        networkMode: "host",
      },
      timeouts: { create: `${buildTimeoutMinutes}m` },
      lifecycle: { createBeforeDestroy: true },
    });
    // buildx, the default of provider 4, dials the default socket instead of the provider's host.
    this.resource.addOverride("build.use_legacy_builder", true);
    this.node.defaultChild = this.resource;
    refuseSecretsOn(this, this.resource);
  }

  /**
   * Writes the context into the output folder of the stack, where Terraform runs; not as a TerraformAsset, which copies
   * from a folder that would have to be made elsewhere first. Returns its path below that folder.
   */
  private stage(context: BuildContext): string {
    const stack = TerraformStack.of(this);
    const stackFolder = join(App.of(this).outdir, Manifest.stacksFolder, stack.node.id);
    const ownFolder = posix.join("assets", stack.getLogicalId(this.node));
    rmSync(join(stackFolder, ownFolder), { recursive: true, force: true });
    const path = posix.join(ownFolder, context.hash);
    context.writeTo(join(stackFolder, path));
    return path;
  }

  private validatePackages(property: string, packages: readonly string[]): void {
    checkList(this, property, packages);
    packages.forEach((one, index) => {
      checkText(this, `${property}[${index}]`, one, {
        pattern: /^[A-Za-z0-9][A-Za-z0-9.+:_-]*$/,
        allowed: "the name of a package",
        remedy: "One package in each element, as dnf or apt names it.",
      });
      if (one === "autofs")
        refuse(this, {
          property: `${property}[${index}]`,
          given: one,
          allowed: "no autofs in an image",
          remedy:
            "CVMFS is mounted by the host's autofs, or by the VO-Box itself, which takes none.",
        });
    });
  }

  private validateFiles(property: string, files: readonly VoBoxFile[]): void {
    checkList(this, property, files);
    files.forEach((file, index) => {
      const place = `${property}[${index}]`;
      checkInstance(
        this,
        place,
        file,
        VoBoxFile,
        "VoBoxFile.fromPath(source, target) or VoBoxFile.fromText(target, text)",
      );
      file.validate(this, place);
    });
    checkDistinct(this, property, files, (file) => file.target);
  }

  private refuseFilesInFiles(files: readonly VoBoxFile[]): void {
    const targets = new Set(files.map((file) => file.target));
    for (const target of targets)
      for (let above = posix.dirname(target); above !== "/"; above = posix.dirname(above))
        if (targets.has(above))
          refuse(this, {
            property: "files",
            given: target,
            allowed: `no file below ${above}, which is a file itself`,
            remedy: "Give one of the two another path.",
          });
  }

  /** The content is written and hashed now: what Terraform learns later cannot be part of it. */
  private refuseTokens(props: VoBoxImageProps): void {
    visitLeaves(props, (property, leaf) => {
      if (typeof leaf === "string" ? holdsToken(leaf) : Token.isUnresolved(leaf))
        refuse(this, {
          property,
          given: unknownValue,
          allowed: "values that are known at synthesis",
          remedy: "What is known later belongs to the container.",
        });
    });
  }
}
