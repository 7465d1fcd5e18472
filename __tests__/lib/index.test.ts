import * as api from "../../lib";

it("exports the public API and nothing else", () => {
  expect(Object.keys(api).sort()).toEqual([
    "BaseImage",
    "CvmfsClient",
    "CvmfsMount",
    "CvmfsPackage",
    "CvmfsProxy",
    "CvmfsRepository",
    "DnsSettings",
    "GridCredentials",
    "Refusal",
    "VoBox",
    "VoBoxContainer",
    "VoBoxFile",
    "VoBoxFirewall",
    "VoBoxImage",
    "VoBoxMount",
    "VoBoxNetwork",
    "VoBoxPort",
    "VoBoxPorts",
    "VoBoxService",
    "VoBoxServices",
    "VoBoxSizing",
  ]);
});
