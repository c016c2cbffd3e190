"""Settings that some configurations need: their defaults are missing or do not fit together.

By the name of the configuration class; a dotted name is a setting of a part. Values are those of a
published checkpoint, or the smallest that fit.
"""

from __future__ import annotations

from typing import Any

__all__ = ["SETTINGS"]

_SERIES = {"prediction_length": 8, "context_length": 16}
_ESM = {"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32}
_DEEPSEEK_OCR = ["dense"] + ["sparse"] * 11

SETTINGS: dict[str, dict[str, Any]] = {
    "AutoformerConfig": _SERIES,
    "InformerConfig": _SERIES,
    "TimeSeriesTransformerConfig": _SERIES,
    "AyaVisionConfig": {"vision_config.num_attention_heads": 16},
    "BambaConfig": {"attn_layer_indices": [1]},
    "BeitConfig": {"out_indices": [3, 5, 7, 11]},
    "Data2VecVisionConfig": {"out_indices": [3, 5, 7, 11]},
    "Blip2Config": {"qformer_config.use_qformer_text_input": True, "image_token_index": 5},
    "Blip2QFormerConfig": {"use_qformer_text_input": True},
    "BridgeTowerConfig": {"contrastive_hidden_size": 512},
    "ChameleonConfig": {"vocabulary_map": {"<image>": 5}},
    "DbrxConfig": {"attn_config.rope_theta": 10000.0, "attn_config.clip_qkv": 8.0},
    "DeepseekOcr2Config": {
        "text_config.mlp_layer_types": _DEEPSEEK_OCR,
        "text_config.num_experts_per_tok": 2,
    },
    "DeepseekOcr2TextConfig": {"mlp_layer_types": _DEEPSEEK_OCR, "num_experts_per_tok": 2},
    "DeepseekV2Config": {"num_experts_per_tok": 2, "moe_intermediate_size": 1408},
    "Dots1Config": {"n_routed_experts": 8, "num_experts_per_tok": 2},
    "Emu3Config": {"vocabulary_map": {"<image>": 5, "<|extra_200|>": 6}},
    "EsmConfig": _ESM,
    "Gemma4AssistantConfig": {"text_config": {"hidden_size_per_layer_input": 0, "model_type": "gemma4_text"}},
    "JambaConfig": {
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "expert_layer_period": 2,
        "expert_layer_offset": 1,
    },
    "Granite4VisionConfig": {"deepstack_layer_map": [[0, 0], [1, 1]]},
}
