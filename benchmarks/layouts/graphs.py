"""Graphs: which figures are laid out, each traced once and kept in a file."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

from torchview_docs.graph import Graph

__all__ = ["ARCHITECTURES", "graphs", "trace_into"]

#: Sixty architectures of transformers, old and new, of text, images, sound and both.
ARCHITECTURES = """
    ASTModel AlbertModel BartModel BeitModel BertModel BigBirdModel BioGptModel BlenderbotModel BloomModel
    CLIPModel CodeGenModel ConvBertModel ConvNextModel CvtModel DPTModel DebertaV2Model DeiTModel
    Dinov2Model DistilBertModel ElectraModel FNetModel FalconModel FunnelModel GPT2Model GPTJModel
    GPTNeoXModel Gemma2Model Gemma3TextModel GroupViTModel HubertModel IBertModel LEDModel LevitModel
    LlamaModel MBartModel MambaModel MistralModel MixtralModel MobileBertModel MobileNetV2Model
    MobileViTModel NystromformerModel OPTModel PegasusModel PhiModel PoolFormerModel Qwen2Model
    RegNetModel ResNetModel RoFormerModel SegformerModel SiglipModel Swinv2Model SwinModel T5Model
    TimesformerModel ViTModel Wav2Vec2Model WhisperModel XLNetModel
""".split()  # noqa: SIM905  # sixty quotes less
Make: TypeAlias = "Callable[[], Graph]"

#: Model and input of each figure of the sample site.
_SAMPLES = {
    "residual.ResidualNet": "float32[1, 3, 32, 32]",
    "unet.UNet": "float32[1, 1, 128, 128]",
    "translator.Translator": "source_ids=int64[1, 24], target_ids=int64[1, 20]",
    "recurrent.Tagger": "int64[1, 40]",
    "siamese.Siamese": "first=float32[1, 1, 105, 105], second=float32[1, 1, 105, 105]",
}
_ROOT = Path(__file__).resolve().parents[2]


def graphs(folder: Path) -> Iterator[tuple[str, Graph]]:
    """Name and graph of every figure; those that are not in the folder yet are traced into it."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    for group in ("sample", "zoo", "transformers"):
        if not (folder / f"{group}.done").exists():
            program = [sys.executable, str(_ROOT / "benchmarks" / "layout.py")]
            subprocess.run([*program, "--trace", group, "--graphs", str(folder)], check=True, env=environment)
        for path in sorted(folder.glob(f"{group}.*.json")):
            yield path.name.removesuffix(".json"), Graph.from_json(path.read_bytes())


def trace_into(group: str, folder: Path) -> None:
    """Trace the figures of a group, and say which could not be."""
    missing = {}
    for name, make in _GROUPS[group]():
        try:
            graph = make()
        except Exception as error:
            missing[name] = f"{type(error).__name__}: {error}"[:200]
            print(f"{group} {name}: {missing[name]}", file=sys.stderr)
        else:
            (folder / f"{group}.{name}.json").write_text(graph.to_json(), "utf-8")
    (folder / f"{group}.done").write_text(json.dumps(missing), "utf-8")


def _sample() -> Iterator[tuple[str, Make]]:
    """The models of the sample site."""
    from torchview_docs.spec import FigureSpec
    from torchview_docs.tracing.job import trace_spec

    sys.path.insert(0, str(_ROOT / "sample_site"))
    for name, given in _SAMPLES.items():
        spec = FigureSpec.read(f"sample_models.{name}", {"input": given})
        yield name.rpartition(".")[2], partial(trace_spec, spec)


def _zoo() -> Iterator[tuple[str, Make]]:
    """The nasty cases of the tracer's tests."""
    from torchview_docs.tracing import trace

    sys.path.insert(0, str(_ROOT / "tests" / "tracing"))
    cases = importlib.import_module("zoo").CASES

    def traced(name: str) -> Graph:
        case = cases[name]()
        return trace(case.model, *case.args, **case.kwargs)

    for name in cases:
        yield name, partial(traced, name)


def _transformers() -> Iterator[tuple[str, Make]]:
    """Architectures from their own configurations, without weights."""
    import transformers
    from coverage.arguments import calls

    from torchview_docs.tracing import trace
    from torchview_docs.tracing.constructing import meta_parameters

    def traced(name: str) -> Graph:
        cls = getattr(transformers, name)
        with meta_parameters():
            model = cls(cls.config_class()).eval()
        for call in calls():
            try:
                made = call(model)
                return trace(model, *made.args, **made.kwargs)
            except Exception as error:  # another form of the arguments may do
                last = error
        raise last

    for name in ARCHITECTURES:
        yield name, partial(traced, name)


_GROUPS: dict[str, Callable[[], Iterator[tuple[str, Make]]]] = {
    "sample": _sample,
    "zoo": _zoo,
    "transformers": _transformers,
}
