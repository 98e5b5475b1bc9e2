// What the page of a structure needs of Mol*: no export of films, whose encoder evaluates text as code.

import { createPluginUI } from "molstar/lib/mol-plugin-ui/index.js";
import { renderReact18 } from "molstar/lib/mol-plugin-ui/react18.js";
import { DefaultPluginUISpec } from "molstar/lib/mol-plugin-ui/spec.js";
import { PluginConfig } from "molstar/lib/mol-plugin/config.js";
import { StateTransforms } from "molstar/lib/mol-plugin-state/transforms.js";
import { createVolumeRepresentationParams } from "molstar/lib/mol-plugin-state/helpers/volume-representation-params.js";
import { Volume } from "molstar/lib/mol-model/volume.js";
import { Vec3 } from "molstar/lib/mol-math/linear-algebra.js";

export {
  createPluginUI, createVolumeRepresentationParams, DefaultPluginUISpec, PluginConfig, renderReact18, StateTransforms, Vec3, Volume,
};
