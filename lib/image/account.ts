/** The account that the VO's services run as, ALICE's name for it everywhere. */
export const voAccountName = "alicesgm";

/** Its home directory in the image. */
export const voAccountHome = `/home/${voAccountName}`;
