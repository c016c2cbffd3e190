"""The gallery: 24 figures, each a page's fence, one after the other."""

from __future__ import annotations

__all__ = ["FIGURES"]

_TRANSFORMERS = {
    "resnet50": ("ResNetForImageClassification", "ResNetConfig()", "float32[1, 3, 224, 224]"),
    "bert": ("BertModel", "BertConfig()", "int64[1, 128]"),
    "gpt2": ("GPT2Model", "GPT2Config()", "int64[1, 128]"),
    "t5": ("T5Model", "T5Config()", "input_ids=int64[1, 64], decoder_input_ids=int64[1, 32]"),
    "llama": ("LlamaForCausalLM", "LlamaConfig()", "int64[1, 128]"),
    "mixtral": ("MixtralModel", "MixtralConfig()", "int64[1, 64]"),
    "swin": ("SwinModel", "SwinConfig()", "float32[1, 3, 224, 224]"),
    "clip": ("CLIPModel", "CLIPConfig()", "input_ids=int64[1, 77], pixel_values=float32[1, 3, 224, 224]"),
    "whisper": (
        "WhisperModel", "WhisperConfig()",
        "input_features=float32[1, 80, 3000], decoder_input_ids=int64[1, 16]",
    ),
    "vit": ("ViTForImageClassification", "ViTConfig()", "float32[1, 3, 224, 224]"),
    "mamba": ("MambaModel", "MambaConfig()", "int64[1, 64]"),
    "wav2vec2": ("Wav2Vec2Model", "Wav2Vec2Config()", "float32[1, 16000]"),
    "segformer": ("SegformerForSemanticSegmentation", "SegformerConfig()", "float32[1, 3, 512, 512]"),
    "xlnet": ("XLNetModel", "XLNetConfig()", "int64[1, 64]"),
}  # fmt: skip

#: Name of a figure, and what stands in its fence.
FIGURES: dict[str, str] = {
    "residual": "sample_models.residual.ResidualNet\ninput: float32[1, 3, 32, 32]",
    "unet": "sample_models.unet.UNet\ninput: float32[N=1, 1, H=128, W=128]",
    "translator": (
        "sample_models.translator.Translator\ninput: source_ids=int64[1, 24], target_ids=int64[1, 20]"
    ),
    "tagger": "sample_models.recurrent.Tagger\ninput: int64[1, 40]",
    "siamese": (
        "sample_models.siamese.Siamese\ninput: first=float32[1, 1, 105, 105], second=float32[1, 1, 105, 105]"
    ),
    **{
        name: f"transformers.{cls}(transformers.{config})\ninput: {given}"
        for name, (cls, config, given) in _TRANSFORMERS.items()
    },
    "densenet121": "gallery_models.DenseNet\ninput: float32[1, 3, 224, 224]",
    "inception": "gallery_models.Inception\ninput: float32[1, 3, 224, 224]",
    "seq2seq": "gallery_models.Seq2Seq\ninput: source_ids=int64[1, 20], target_ids=int64[1, 18]",
    "autoencoder": "gallery_models.Autoencoder\ninput: float32[1, 1, 28, 28]",
    "diffusion": (
        "diffusers.UNet2DModel(sample_size=32, in_channels=3, out_channels=3)\n"
        "input: sample=float32[1, 3, 32, 32], timestep=1"
    ),
}
