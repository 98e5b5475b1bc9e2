// Mol* with the model as mmCIF, and boxes of density around where one is; it is never given coefficients.

import { afterKey } from "./camera.js";

const NEARER = { m: 1 / 1.2, n: 1.2 }; // how far the eye is afterwards
const FAR = 6; // Å from the centre of a box, from where on a new one is asked for

export class MolstarView {
  static async create(molstar, element, options) {
    const spec = molstar.DefaultPluginUISpec();
    const plugin = await molstar.createPluginUI({
      target: element,
      render: molstar.renderReact18,
      spec: {
        ...spec,
        layout: { initial: { isExpanded: false, showControls: false } },
        components: { ...spec.components, remoteState: "none" },
        config: [
          [molstar.PluginConfig.Viewport.ShowExpand, false],
          [molstar.PluginConfig.Viewport.ShowControls, false],
          [molstar.PluginConfig.Viewport.ShowSelectionMode, false],
          [molstar.PluginConfig.Viewport.ShowIllumination, false],
          [molstar.PluginConfig.Viewport.ShowXR, "never"],
          [molstar.PluginConfig.Viewport.ShowAnimation, false],
          [molstar.PluginConfig.VolumeStreaming.Enabled, false],
        ],
      },
    });
    // Shadows, outlines and many samples a pixel are for pictures; without a graphics card each takes seconds.
    const off = { name: "off", params: {} };
    plugin.canvas3d.setProps({
      renderer: { backgroundColor: options.background },
      multiSample: { mode: "off" },
      postprocessing: { occlusion: off, shadow: off, outline: off, antialiasing: off },
      camera: { helper: { axes: off }, manualReset: true },
    });
    return new MolstarView(molstar, plugin, options);
  }

  constructor(molstar, plugin, options) {
    this.molstar = molstar;
    this.plugin = plugin;
    this.options = options;
    this.maps = [];
    this.centre = null;
    this.shown = new Map(); // by kind: the data, which all that is made of it hangs from, and the contours
    this.going = Promise.resolve();
  }

  async showModel(url) {
    const { builders } = this.plugin;
    const text = new TextDecoder().decode(await this.options.ask(url, "the model"));
    const data = await builders.data.rawData({ data: text, label: "model" });
    const trajectory = await builders.structure.parseTrajectory(data, "mmcif");
    const model = await builders.structure.createModel(trajectory);
    const structure = await builders.structure.createStructure(model, { name: "model", params: {} });
    const whole = await builders.structure.tryCreateComponentStatic(structure, "all");
    await builders.structure.representation.addRepresentation(whole, {
      type: "ball-and-stick", typeParams: { sizeFactor: 0.12 }, color: "element-symbol",
    });
  }

  async showMaps(maps) {
    this.maps = maps;
  }

  setLevel(kind, level) {
    const map = this.maps.find((each) => each.kind === kind);
    if (!map) return;
    map.level = level;
    this.redraw(map);
  }

  setShown(kind, isShown) {
    const map = this.maps.find((each) => each.kind === kind);
    if (!map) return;
    map.shown = isShown;
    this.redraw(map);
  }

  // Goes to a point, and asks for density around it where there is none yet; one after the other.
  goTo(xyz) {
    this.going = this.going.then(() => this.go(xyz)).catch((error) => this.options.trouble(error.message));
    return this.going;
  }

  async go(xyz) {
    await this.bring(xyz);
    const center = this.molstar.Vec3.create(...xyz);
    this.plugin.managers.camera.focusSphere({ center, radius: this.options.radius / 2 }, { durationMs: 0, extraRadius: 0 });
  }

  async bring(xyz) {
    const isNear = this.centre !== null && Math.hypot(...xyz.map((value, axis) => value - this.centre[axis])) < FAR;
    if (!isNear) {
      this.centre = [...xyz];
      for (const map of this.maps) await this.fetchMap(map);
    }
  }

  // Turns, moves and zooms by keys; whether this was one of them.
  answerTo(event) {
    const { position, target, up } = this.plugin.canvas3d.camera.getSnapshot();
    const now = { position: [...position], target: [...target], up: [...up] };
    const factor = NEARER[event.key.toLowerCase()];
    const nearer = factor && { ...now, position: now.position.map((value, axis) => now.target[axis] + factor * (value - now.target[axis])) };
    const view = nearer ?? afterKey(now, event);
    if (!view) return false;
    const vectors = Object.entries(view).map(([name, vector]) => [name, this.molstar.Vec3.create(...vector)]);
    this.plugin.managers.camera.setSnapshot(Object.fromEntries(vectors), 0);
    this.going = this.going.then(() => this.bring(view.target)).catch((error) => this.options.trouble(error.message));
    return true;
  }

  async fetchMap(map) {
    const place = this.centre.map((value) => value.toFixed(1)).join(",");
    const bytes = await this.options.ask(`map/${map.kind}?xyz=${place}&radius=${this.options.radius}`, `the ${map.title} map`);
    const before = this.shown.get(map.kind);
    if (before) await this.plugin.build().delete(before.data).commit();
    const data = await this.plugin.builders.data.rawData({ data: new Uint8Array(bytes), label: map.title });
    const parsed = await this.plugin.dataFormats.get("ccp4").parse(this.plugin, data, { entryId: map.title });
    this.shown.set(map.kind, { data, volume: parsed.volume ?? parsed.volumes[0], contours: [] });
    await this.draw(map);
  }

  // Draws a map again once what is under way is done; what changes until then is drawn with it.
  redraw(map) {
    if (map.isWaiting) return;
    map.isWaiting = true;
    this.going = this.going.then(() => {
      map.isWaiting = false;
      return this.draw(map);
    }).catch((error) => this.options.trouble(error.message));
  }

  async draw(map) {
    const shown = this.shown.get(map.kind);
    if (!shown) return;
    const { colours } = this.options;
    const contours = map.kind === "fofc"
      ? [[map.level, colours.map_pos], [-map.level, colours.map_neg]]
      : [[map.level, colours.map_den]];
    const update = this.plugin.build();
    for (const contour of shown.contours) update.delete(contour);
    shown.contours = [];
    if (map.shown) {
      const { createVolumeRepresentationParams, StateTransforms, Volume } = this.molstar;
      const volume = shown.volume.cell.obj.data;
      for (const [level, colour] of contours) {
        const params = createVolumeRepresentationParams(this.plugin, volume, {
          type: "isosurface",
          typeParams: { isoValue: Volume.IsoValue.relative(level), visuals: ["wireframe"], sizeFactor: 1 },
          color: "uniform",
          colorParams: { value: colour },
        });
        shown.contours.push(update.to(shown.volume).apply(StateTransforms.Representation.VolumeRepresentation3D, params).selector);
      }
    }
    await update.commit();
  }
}
