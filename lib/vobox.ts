import { Construct } from "constructs";
import { VoBoxContainer } from "./container/container";
import { containerPropNames, type VoBoxContainerProps } from "./container/props";
import { CvmfsMount } from "./cvmfs/mount";
import { type IVoBoxImage, VoBoxImage, type VoBoxImageProps } from "./image/image";
import { checkProps, type PropNames } from "./props";
import { refuse, Unshown } from "./refusal";

/** What a whole VO-Box is. */
export interface VoBoxProps extends Omit<VoBoxContainerProps, "image" | "cvmfs"> {
  /**
   * An image that another construct builds, as the image stack of a site does.
   * @default - one of its own, from `imageProps`
   */
  readonly image?: IVoBoxImage;
  /** What its own image holds, where no `image` is given. @default - the default image */
  readonly imageProps?: VoBoxImageProps;
  /** How CVMFS comes into the container. @default CvmfsMount.fromHost() */
  readonly cvmfs?: CvmfsMount;
}

const propNames: PropNames<VoBoxProps> = { ...containerPropNames, imageProps: true };

/**
 * A whole VO-Box: image, container, CVMFS and resolvers.
 *
 * With an image of its own in the same stack, Terraform takes the old container down before it builds a
 * changed image. Where the VO-Box must go on serving meanwhile, build the image in a stack that is
 * deployed before, and give it as `image`.
 */
export class VoBox extends Construct {
  /** The image that runs: the one that was given, or its own. */
  readonly image: IVoBoxImage;
  /** The container. */
  readonly container: VoBoxContainer;

  /** @throws Refusal for bad input, naming the construct's path. */
  constructor(scope: Construct, id: string, props: VoBoxProps) {
    super(scope, id);
    checkProps(this, "props", props, propNames);
    const { image, imageProps, cvmfs, ...container } = props;
    if (image !== undefined && imageProps !== undefined)
      refuse(this, {
        property: "imageProps",
        given: new Unshown("image and imageProps"),
        allowed: "either image or imageProps",
        remedy: "Give the props to the construct that builds the image.",
      });
    this.image = image ?? new VoBoxImage(this, "Image", imageProps);
    this.container = new VoBoxContainer(this, "Container", {
      ...container,
      image: this.image,
      cvmfs: cvmfs ?? CvmfsMount.fromHost(),
    });
  }
}
