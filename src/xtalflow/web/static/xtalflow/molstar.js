// Mol* with the model as mmCIF, and boxes of density around where one is; it is never given coefficients.

const FAR = 8; // Å from the centre of a box, from where on a new one is asked for

export class MolstarView {
  static async create(molstar, element, options) {
    const viewer = await molstar.Viewer.create(element, {
      extensions: [],
      layoutIsExpanded: false,
      layoutShowControls: false,
      layoutShowRemoteState: false,
      layoutShowSequence: true,
      layoutShowLog: false,
      layoutShowLeftPanel: false,
      viewportShowExpand: false,
      viewportShowSelectionMode: false,
      viewportShowAnimation: false,
      volumeStreamingDisabled: true,
      viewportBackgroundColor: `#${options.background.toString(16).padStart(6, "0")}`,
    });
    return new MolstarView(molstar, viewer, options);
  }

  constructor(molstar, viewer, options) {
    this.molstar = molstar;
    this.plugin = viewer.plugin;
    this.viewer = viewer;
    this.options = options;
    this.maps = [];
    this.centre = null;
    this.shown = new Map(); // by kind: the data, which all that is made of it hangs from, and the contours
    this.going = Promise.resolve();
  }

  async showModel(url) {
    const bytes = await this.options.ask(url, "the model");
    await this.viewer.loadStructureFromData(new TextDecoder().decode(bytes), "mmcif", { dataLabel: "model" });
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
    this.going = this.going.then(() => this.go(xyz)).catch((error) => console.error(error));
    return this.going;
  }

  async go(xyz) {
    const point = this.molstar.lib.math.LinearAlgebra.Vec3.create(...xyz);
    this.plugin.managers.camera.focusSphere({ center: point, radius: 8 }, { durationMs: 0 });
    if (this.centre !== null && Math.hypot(...xyz.map((value, axis) => value - this.centre[axis])) < FAR) return;
    this.centre = [...xyz];
    await Promise.all(this.maps.map((map) => this.fetchMap(map)));
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

  redraw(map) {
    this.going = this.going.then(() => this.draw(map)).catch((error) => console.error(error));
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
      const { VolumeRepresentation3D } = this.molstar.lib.plugin.StateTransforms.Representation;
      for (const [relativeValue, value] of contours) {
        shown.contours.push(update.to(shown.volume).apply(VolumeRepresentation3D, {
          type: { name: "isosurface", params: { isoValue: { kind: "relative", relativeValue }, visuals: ["wireframe"], alpha: 1, sizeFactor: 1 } },
          colorTheme: { name: "uniform", params: { value } },
          sizeTheme: { name: "uniform", params: { value: 1 } },
        }).selector);
      }
    }
    await update.commit();
  }
}
