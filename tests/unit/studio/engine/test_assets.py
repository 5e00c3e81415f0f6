from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageFont

from studio.engine import runtime
from studio.engine.lettering import FONTS, Font
from studio.engine.runtime import MODELS, Model, ModelDamaged, read_model
from studio.engine.scenes.space_suit import AREAS, BACK, FRONT, PLATES

NOTICE = (MODELS.parent / "NOTICE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", Model)
def test_each_model_is_the_file_that_was_reviewed(model: Model) -> None:
    assert read_model(model)


def test_a_changed_model_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = bytearray(Model.SELFIE_SEGMENTATION.path.read_bytes())
    changed[1000] ^= 1
    (tmp_path / Model.SELFIE_SEGMENTATION.path.name).write_bytes(changed)
    monkeypatch.setattr(runtime, "MODELS", tmp_path)
    with pytest.raises(ModelDamaged, match=r"selfie_segmentation\.tflite"):
        read_model(Model.SELFIE_SEGMENTATION)


def test_every_shipped_file_is_known_and_named_with_its_licence() -> None:
    models = {path.name for path in MODELS.glob("*.tflite")}
    fonts = {path.name for path in FONTS.glob("*.ttf")}
    assert models == {model.path.name for model in Model}
    assert fonts == {font.value for font in Font}
    plates = {path.name for path in PLATES.iterdir()}
    assert plates == {BACK, FRONT, AREAS}
    licences = {path.name for path in (*MODELS.glob("*.txt"), *FONTS.glob("*.txt"))}
    assert len(licences) == 1 + len(fonts)
    assert [name for name in models | fonts | plates | licences if name not in NOTICE] == []


def test_the_assets_stay_small() -> None:
    total = sum(path.stat().st_size for path in MODELS.parent.rglob("*") if path.is_file())
    assert total < 6_000_000


@pytest.mark.parametrize("font", Font)
def test_fonts_load(font: Font) -> None:
    assert ImageFont.truetype(font.path, 20).getlength("WOW!") > 20
