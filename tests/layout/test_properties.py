"""What every drawing keeps, whatever the scene."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.layout.geometry import bad_texts, bad_wires, faults, misplaced, undrawn
from tests.layout.scenes import scenes, towers
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.layout import lay_out

# Half as many again as the profile says.
often = settings(max_examples=settings().max_examples * 3 // 2, suppress_health_check=[HealthCheck.too_slow])


@often
@given(scenes())
def test_boxes_never_overlap_and_stay_inside_their_frames(scene):
    assert not misplaced(scene, lay_out(scene))


@often
@given(scenes())
def test_every_link_can_be_followed_along_the_wires(scene):
    assert not undrawn(scene, lay_out(scene))


@often
@given(scenes())
def test_wires_are_orthogonal_pass_no_card_and_cross_borders_at_ports_only(scene):
    assert not bad_wires(scene, lay_out(scene))


@often
@given(scenes())
def test_texts_are_crossed_by_nothing(scene):
    assert not bad_texts(scene, lay_out(scene))


@often
@given(scenes(cycles=True))
def test_cycles_are_drawn_like_everything_else(scene):
    drawing = lay_out(scene)
    assert not misplaced(scene, drawing)
    assert not bad_wires(scene, drawing)
    assert not undrawn(scene, drawing)


@often
@given(towers())
def test_towers_side_by_side_have_no_faults(scene):
    assert not faults(scene, lay_out(scene))


@often
@given(scenes(cycles=True))
def test_drawing_survives_json(scene):
    drawing = lay_out(scene)
    assert Drawing.from_json(drawing.to_json()) == drawing
