"""Render the space suit of the Space Explorer filter: for builders, never imported at run time.

    pip install bpy==5.0.1                                       # Python 3.11, 374 MB
    python tools/space_suit.py studio/engine/assets/plates       # some minutes on two cores

Three square pictures come out: `suit_back.webp` (what is behind the head), `suit_front.webp` (what
is before it), and `suit_areas.webp` (red: trim, green: second trim, blue: the helmet's opening),
from which the engine colours the suit and knows where glass is. No person is modelled: the suit is
empty. Lengths are in helmet radii, roughly; x is right, y away from the camera, z up.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

import bpy

# isort: split
import bmesh  # these two exist once bpy has been imported
from mathutils import Vector

SIDE = 1800
SAMPLES = 16
QUALITY = 92

OPENING = 0.985  # radius of the helmet's rim
RIM_Y = -0.45
RIM_TILT = math.radians(85)
RIM_STRETCH = (1, 1.035, 1)

Colour = tuple[float, float, float]
Place = tuple[float, float, float]


@dataclass
class Layers:
    """Objects by where they go, and the trims that are coloured later."""

    back: list[bpy.types.Object] = field(default_factory=list)
    front: list[bpy.types.Object] = field(default_factory=list)
    trim: list[bpy.types.Object] = field(default_factory=list)
    second_trim: list[bpy.types.Object] = field(default_factory=list)

    @property
    def everything(self) -> list[bpy.types.Object]:
        return self.back + self.front


# --- materials ---------------------------------------------------------------------------------


def material(
    name: str, colour: Colour, *, rough: float, metal: float = 0.0, bump: float = 0.0,
    lumps: float = 40.0,
) -> bpy.types.Material:  # fmt: skip
    """Make a surface; `bump` roughens it with noise of about `lumps` lumps a unit."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    tree = made.node_tree
    surface = tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*colour, 1)
    surface.inputs["Roughness"].default_value = rough
    surface.inputs["Metallic"].default_value = metal
    if bump:
        noise = tree.nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = lumps
        noise.inputs["Detail"].default_value = 6
        relief = tree.nodes.new("ShaderNodeBump")
        relief.inputs["Strength"].default_value = bump
        relief.inputs["Distance"].default_value = 0.05
        tree.links.new(noise.outputs["Fac"], relief.inputs["Height"])
        tree.links.new(relief.outputs["Normal"], surface.inputs["Normal"])
    return made


def glow(name: str, colour: Colour, strength: float) -> bpy.types.Material:
    """Make a surface that shines and reflects nothing."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    tree = made.node_tree
    tree.nodes.clear()
    emission = tree.nodes.new("ShaderNodeEmission")
    emission.inputs["Color"].default_value = (*colour, 1)
    emission.inputs["Strength"].default_value = strength
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    return made


@dataclass
class Materials:
    """What the suit is made of."""

    fabric: bpy.types.Material
    shell: bpy.types.Material
    lining: bpy.types.Material
    rubber: bpy.types.Material
    metal: bpy.types.Material
    panel: bpy.types.Material
    trim: bpy.types.Material
    lamp: bpy.types.Material
    light: bpy.types.Material


def make_materials() -> Materials:
    """Choose what everything is made of; trims are grey, the engine colours them."""
    return Materials(
        fabric=material("fabric", (0.74, 0.74, 0.72), rough=0.85, bump=0.55, lumps=7),
        shell=material("shell", (0.85, 0.85, 0.86), rough=0.18),
        lining=material("lining", (0.20, 0.20, 0.215), rough=0.9, bump=0.5, lumps=9),
        rubber=material("rubber", (0.03, 0.03, 0.035), rough=0.5),
        metal=material("metal", (0.60, 0.62, 0.65), rough=0.22, metal=1),
        panel=material("panel", (0.50, 0.51, 0.53), rough=0.4),
        trim=material("trim", (0.80, 0.80, 0.80), rough=0.45),
        lamp=glow("lamp", (1, 0.96, 0.88), 9),
        light=glow("light", (0.15, 1, 0.5), 4),
    )


# --- shapes ------------------------------------------------------------------------------------


def _dressed(surface: bpy.types.Material, *, smooth: bool = True) -> bpy.types.Object:
    """Give the object just made its material."""
    made = bpy.context.object
    made.data.materials.clear()
    made.data.materials.append(surface)
    if smooth:
        for polygon in made.data.polygons:
            polygon.use_smooth = True
    return made


def _bevel(made: bpy.types.Object, width: float) -> bpy.types.Object:
    modifier = made.modifiers.new("bevel", "BEVEL")
    modifier.width, modifier.segments = width, 4
    return made


def ball(
    place: Place, radii: Place, surface: bpy.types.Material, *, segments: int = 64
) -> bpy.types.Object:
    """Make an ellipsoid."""
    bpy.ops.mesh.primitive_uv_sphere_add(
        segments=segments, ring_count=segments // 2, location=place
    )
    bpy.context.object.scale = radii
    bpy.ops.object.transform_apply(scale=True)
    return _dressed(surface)


def ring(
    place: Place, radius: float, thickness: float, surface: bpy.types.Material, *,
    turn: Place = (0, 0, 0), stretch: Place = (1, 1, 1),
) -> bpy.types.Object:  # fmt: skip
    """Make a torus."""
    bpy.ops.mesh.primitive_torus_add(
        major_radius=radius, minor_radius=thickness, location=place, rotation=turn,
        major_segments=160, minor_segments=24,
    )  # fmt: skip
    bpy.context.object.scale = stretch
    return _dressed(surface)


def box(
    place: Place, size: Place, surface: bpy.types.Material, *,
    bevel: float = 0.05, turn: Place = (0, 0, 0),
) -> bpy.types.Object:  # fmt: skip
    """Make a box with rounded edges."""
    bpy.ops.mesh.primitive_cube_add(size=1, location=place, rotation=turn)
    bpy.context.object.scale = size
    bpy.ops.object.transform_apply(scale=True)
    return _bevel(_dressed(surface, smooth=False), bevel)


def disc(
    place: Place, radius: float, depth: float, surface: bpy.types.Material, *,
    turn: Place, bevel: float = 0.03,
) -> bpy.types.Object:  # fmt: skip
    """Make a flat cylinder with rounded edges."""
    bpy.ops.mesh.primitive_cylinder_add(
        radius=radius, depth=depth, location=place, rotation=turn, vertices=96
    )
    return _bevel(_dressed(surface, smooth=False), bevel)


def hose(points: list[Place], thickness: float, surface: bpy.types.Material) -> bpy.types.Object:
    """Lay a round hose through the points."""
    curve = bpy.data.curves.new("hose", "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution = "3D", thickness, 6
    spline = curve.splines.new("BEZIER")
    spline.bezier_points.add(len(points) - 1)
    for knot, place in zip(spline.bezier_points, points, strict=True):
        knot.co = place
        knot.handle_left_type = knot.handle_right_type = "AUTO"
    made = bpy.data.objects.new("hose", curve)
    bpy.context.collection.objects.link(made)
    curve.materials.append(surface)
    return made


# --- the suit ----------------------------------------------------------------------------------


def build_helmet(layers: Layers, made_of: Materials) -> None:
    """Make a round shell, open in front, lined inside; the rim goes before the head."""
    shell = ball((0, 0.12, 0), (1.12, 1.12, 1.16), made_of.shell, segments=128)
    mesh = bmesh.new()
    mesh.from_mesh(shell.data)
    bmesh.ops.bisect_plane(
        mesh, geom=[*mesh.verts, *mesh.edges, *mesh.faces],
        plane_co=(0, -0.42, 0), plane_no=(0, -1, -0.10), clear_outer=True,
    )  # fmt: skip
    mesh.to_mesh(shell.data)
    mesh.free()
    wall = shell.modifiers.new("wall", "SOLIDIFY")
    wall.thickness = 0.07
    shell.data.materials.append(made_of.lining)
    wall.material_offset = 1
    layers.back.append(shell)

    turn = (RIM_TILT, 0, 0)
    gasket = ring((0, RIM_Y - 0.03, 0), OPENING, 0.055, made_of.rubber,
                  turn=turn, stretch=RIM_STRETCH)  # fmt: skip
    collar = ring((0, RIM_Y + 0.02, 0), OPENING + 0.055, 0.05, made_of.metal,
                  turn=turn, stretch=RIM_STRETCH)  # fmt: skip
    band = ring((0, RIM_Y + 0.12, 0), OPENING + 0.115, 0.07, made_of.trim,
                turn=turn, stretch=RIM_STRETCH)  # fmt: skip
    layers.front += [gasket, collar]
    layers.back.append(band)
    layers.trim.append(band)
    for side in (-1, 1):
        build_ear(layers, made_of, side)


def build_ear(layers: Layers, made_of: Materials, side: int) -> None:
    """Put headphone, lamp and lamp holder on one side of the helmet."""
    sideways = (0, math.radians(90), 0)
    base = disc((side * 1.10, 0.12, 0.02), 0.30, 0.22, made_of.metal, turn=sideways, bevel=0.05)
    cap = disc((side * 1.23, 0.12, 0.02), 0.20, 0.10, made_of.trim, turn=sideways, bevel=0.04)
    holder = box((side * 0.97, -0.02, 0.76), (0.22, 0.46, 0.19), made_of.rubber, bevel=0.05)
    lamp = ball((side * 0.97, -0.27, 0.76), (0.085, 0.03, 0.07), made_of.lamp, segments=32)
    layers.back += [base, cap, holder, lamp]
    layers.second_trim.append(cap)


def build_body(layers: Layers, made_of: Materials) -> None:
    """Make cloth of melted-together balls with folds; the neck ring; the pack behind."""
    layers.back.append(box((0, 1.75, -1.5), (2.45, 0.8, 3.0), made_of.panel, bevel=0.2))
    parts = [
        ball(place, radii, made_of.fabric, segments=48)
        for place, radii in (
            ((0, 0.25, -2.9), (1.36, 0.90, 1.70)),
            ((0, 0.20, -1.62), (1.06, 0.80, 0.55)),
            *(
                ((side * x, y, z), radii)
                for side in (-1, 1)
                for (x, y, z), radii in (
                    ((1.22, 0.25, -2.10), (0.70, 0.62, 0.60)),
                    ((1.70, 0.20, -2.75), (0.54, 0.54, 0.80)),
                    ((1.92, 0.05, -3.75), (0.47, 0.48, 0.95)),
                )
            ),
        )
    ]
    bpy.ops.object.select_all(action="DESELECT")
    for part in parts:
        part.select_set(state=True)
    bpy.context.view_layer.objects.active = parts[0]
    bpy.ops.object.join()
    body = bpy.context.object
    melt = body.modifiers.new("melt", "REMESH")
    melt.mode, melt.voxel_size, melt.use_smooth_shade = "VOXEL", 0.03, True
    soften = body.modifiers.new("soften", "SMOOTH")
    soften.iterations, soften.factor = 16, 0.7
    for name, scale, strength in (("folds", 0.46, 0.15), ("creases", 0.16, 0.045)):
        clouds = bpy.data.textures.new(name, "CLOUDS")
        clouds.noise_scale, clouds.noise_depth = scale, 2
        fold = body.modifiers.new(name, "DISPLACE")
        fold.texture, fold.strength, fold.mid_level = clouds, strength, 0.5
    layers.front.append(body)

    lean = (math.radians(-6), 0, 0)
    layers.front += [
        ring((0, 0.12, -0.93), 0.80, 0.05, made_of.rubber, turn=lean),
        ring((0, 0.12, -1.02), 0.87, 0.085, made_of.metal, turn=lean),
        ring((0, 0.12, -1.34), 0.99, 0.07, made_of.metal, turn=lean),
    ]
    trim = ring((0, 0.12, -1.19), 0.96, 0.125, made_of.trim, turn=lean)
    layers.front.append(trim)
    layers.trim.append(trim)


def build_arms(layers: Layers, made_of: Materials) -> None:
    """Put two bands around each arm."""
    for side in (-1, 1):
        for z, group in ((-2.83, layers.trim), (-3.02, layers.second_trim)):
            x = 1.74 - (z + 2.83) * 0.1
            band = ring((side * x, 0.18, z), 0.555, 0.06, made_of.trim,
                        turn=(0, side * math.radians(-8), 0), stretch=(1, 1, 1.3))  # fmt: skip
            layers.front.append(band)
            group.append(band)


def build_chest(layers: Layers, made_of: Materials) -> None:
    """Build the control box, its hoses, buttons and lights; a round patch and a name tag."""
    layers.front.append(box((0, -0.80, -2.85), (1.10, 0.46, 0.78), made_of.panel, bevel=0.08))
    layers.front.append(box((0, -1.03, -3.02), (0.94, 0.04, 0.26), made_of.shell, bevel=0.02))
    screen = box((-0.26, -1.035, -2.68), (0.40, 0.04, 0.24), made_of.rubber, bevel=0.02)
    layers.front.append(screen)
    for light in range(5):
        place = (-0.40 + light * 0.07, -1.06, -2.68)
        layers.front.append(ball(place, (0.02, 0.012, 0.02), made_of.light, segments=16))
    forward = (math.radians(90), 0, 0)
    for button, group in enumerate((layers.trim, layers.second_trim, layers.trim)):
        place = (0.12 + button * 0.15, -1.05, -2.68)
        made = disc(place, 0.058, 0.09, made_of.trim, turn=forward, bevel=0.015)
        layers.front.append(made)
        group.append(made)
    for dial in range(4):
        place = (-0.33 + dial * 0.22, -1.06, -3.02)
        layers.front.append(disc(place, 0.065, 0.06, made_of.metal, turn=forward, bevel=0.01))
    for side in (-1, 1):
        ends = [(0.50, -0.92, -3.0), (0.86, -1.16, -2.98), (1.12, -0.90, -2.45),
                (0.98, -0.55, -1.78), (0.86, -0.2, -1.5)]  # fmt: skip
        layers.front.append(hose([(side * x, y, z) for x, y, z in ends], 0.07, made_of.rubber))
        x, y, z = ends[0]
        nut = ball((side * x, y, z), (0.10, 0.11, 0.11), made_of.metal, segments=32)
        layers.front.append(nut)
    tilt = (math.radians(72), 0, math.radians(-24))
    edge = disc((-0.66, -0.62, -2.08), 0.215, 0.05, made_of.trim, turn=tilt, bevel=0.02)
    field_ = disc((-0.672, -0.645, -2.088), 0.175, 0.05, made_of.trim, turn=tilt, bevel=0.01)
    tag = box((0.64, -0.63, -2.08), (0.46, 0.04, 0.17), made_of.trim, bevel=0.02,
              turn=(math.radians(-18), 0, math.radians(24)))  # fmt: skip
    layers.front += [edge, field_, tag]
    layers.trim += [edge, tag]
    layers.second_trim.append(field_)


# --- camera, light, rendering --------------------------------------------------------------------


def lamp(place: Place, energy: float, colour: Colour, size: float) -> None:
    """Hang a square lamp that points at the neck."""
    bpy.ops.object.light_add(type="AREA", location=place)
    made = bpy.context.object
    made.data.energy, made.data.color, made.data.size = energy, colour, size
    towards = Vector((0, 0, -0.8)) - Vector(place)
    made.rotation_euler = towards.to_track_quat("-Z", "Y").to_euler()


def set_stage() -> None:
    """Hang a warm sun at the upper left, cold light from the right behind, a weak fill in front."""
    lamp((-5, -6, 5), 1500, (1, 0.95, 0.88), 3.2)
    lamp((6, 1.5, 1), 1700, (0.35, 0.55, 1), 3)
    lamp((0, -8, -1), 120, (0.7, 0.8, 1), 6)
    lamp((-4, 4, 3), 900, (1, 0.55, 0.85), 2)
    scene = bpy.context.scene
    world = bpy.data.worlds.new("space")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.02, 0.025, 0.05, 1)
    scene.world = world
    bpy.ops.object.camera_add(location=(0, -13.5, -0.75), rotation=(math.radians(90), 0, 0))
    camera = bpy.context.object
    camera.data.lens, camera.data.sensor_height = 85, 36
    camera.data.sensor_fit = "VERTICAL"
    scene.camera = camera


def set_rendering(side: int) -> None:
    """Set Cycles up for square pictures with alpha."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.max_bounces = 5
    scene.cycles.seed = 1
    scene.render.film_transparent = True
    scene.render.resolution_x = scene.render.resolution_y = side
    scene.render.threads_mode, scene.render.threads = "FIXED", 2
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    picture = scene.render.image_settings
    picture.file_format, picture.color_mode, picture.quality = "WEBP", "RGBA", QUALITY


def render(path: Path) -> None:
    """Render what the camera sees."""
    bpy.context.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def render_layer(
    path: Path, *, seen: list[bpy.types.Object], unseen: list[bpy.types.Object]
) -> None:
    """Render what is seen; the rest still throws its shadows and is mirrored."""
    for thing in seen:
        thing.visible_camera = True
    for thing in unseen:
        thing.visible_camera = False
    render(path)


def render_areas(path: Path, layers: Layers) -> None:
    """Render which pixels are trim, second trim and opening, in pure red, green and blue."""
    colours = {"trim": (1, 0, 0), "second": (0, 1, 0), "opening": (0, 0, 1), "rest": (0, 0, 0)}
    paints = {name: glow(name, colour, 1) for name, colour in colours.items()}
    for thing in layers.everything:
        thing.visible_camera = True
        kind = "second" if thing in layers.second_trim else "rest"
        kind = "trim" if thing in layers.trim else kind
        for slot in range(len(thing.data.materials)):
            thing.data.materials[slot] = paints[kind]
    bpy.ops.mesh.primitive_circle_add(
        vertices=192, radius=OPENING, fill_type="NGON",
        location=(0, RIM_Y - 0.12, 0), rotation=(RIM_TILT, 0, 0),
    )  # fmt: skip
    bpy.context.object.scale = RIM_STRETCH
    _dressed(paints["opening"], smooth=False)
    scene = bpy.context.scene
    scene.cycles.samples, scene.cycles.use_denoising = 16, False
    scene.render.film_transparent = False
    scene.render.dither_intensity = 0  # its noise would not compress
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (0, 0, 0, 1)
    scene.view_settings.view_transform, scene.view_settings.look = "Raw", "None"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.quality = 100  # without loss
    render(path)


def main() -> None:
    """Build the suit and render its three pictures into the folder named on the command line."""
    folder = Path(sys.argv[1]).resolve()
    side = int(sys.argv[2]) if len(sys.argv) > 2 else SIDE
    bpy.ops.wm.read_factory_settings(use_empty=True)
    layers, made_of = Layers(), make_materials()
    for build in (build_helmet, build_body, build_arms, build_chest):
        build(layers, made_of)
    set_stage()
    set_rendering(side)
    folder.mkdir(parents=True, exist_ok=True)
    render_layer(folder / "suit_back.webp", seen=layers.back, unseen=layers.front)
    render_layer(folder / "suit_front.webp", seen=layers.front, unseen=layers.back)
    render_areas(folder / "suit_areas.webp", layers)


if __name__ == "__main__":
    main()
