import { VoBoxApp } from "./stacks/app";
import { localMachine } from "./stacks/local-machine";
import { Nemesis } from "./stacks/sites/nemesis";

const app = new VoBoxApp();
new Nemesis(app, localMachine());
app.synth();
