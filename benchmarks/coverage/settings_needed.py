"""Settings that some configurations need: their defaults are missing or do not fit together.

By the name of the configuration class; a dotted name is a setting of a part. Values are those of a
published checkpoint, or the smallest that fit.
"""

from __future__ import annotations

from typing import Any

__all__ = ["SETTINGS"]

_SERIES = {"prediction_length": 8, "context_length": 16}
_ESM = {"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32}
_ROPE = {"rope_type": "default", "rope_theta": 10000.0}
_ROPES = {"full_attention": _ROPE, "sliding_attention": _ROPE}
_MROPE = _ROPE | {"partial_rotary_factor": 0.5, "mrope_section": [8, 12, 12]}
_EXPERTS = {"num_experts": 8, "top_k_experts": 2, "moe_intermediate_size": 704}
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
    "CohereCompassConfig": {"text_config.rope_parameters": _ROPES},
    "CohereCompassTextConfig": {"rope_parameters": _ROPES},
    "DiffusionGemmaConfig": {f"text_config.{name}": value for name, value in _EXPERTS.items()},
    "DiffusionGemmaTextConfig": _EXPERTS,
    **{
        f"{name}Config": {"text_config.rope_parameters": _MROPE}
        for name in ("Glm46V", "Glm4v", "Glm4vMoe", "GlmImage")
    },
    **{f"{name}TextConfig": {"rope_parameters": _MROPE} for name in ("Glm4v", "Glm4vMoe", "GlmImage")},
    "GraniteMoeHybridConfig": {"layer_types": ["mamba", "attention"] * 16},
    "HunYuanDenseV1Config": {"head_dim": 128},
    "HunYuanMoEV1Config": {"head_dim": 128},
    "HunYuanVLConfig": {"text_config.head_dim": 128},
    "HunYuanVLTextConfig": {"head_dim": 128},
    "Lfm2MoeConfig": {"layer_types": ["conv", "full_attention"] * 16},
    "NemotronConfig": {"num_key_value_heads": 8},
    "Step3p7Config": {"text_config.sliding_window": 512},
    "Step3p7TextConfig": {"sliding_window": 512},
    "Wav2Vec2BertConfig": {"vocab_size": 32},
    "Wav2Vec2ConformerConfig": {"vocab_size": 32},
    "XmodConfig": {"default_language": "en_XX"},
    "DeepseekOcr2Config": {
        "text_config.mlp_layer_types": _DEEPSEEK_OCR,
        "text_config.num_experts_per_tok": 2,
    },
    "DeepseekOcr2TextConfig": {"mlp_layer_types": _DEEPSEEK_OCR, "num_experts_per_tok": 2},
    "DeepseekV2Config": {"num_experts_per_tok": 2, "moe_intermediate_size": 1408},
    "Dots1Config": {"n_routed_experts": 8, "num_experts_per_tok": 2, "n_shared_experts": 1},
    "Emu3Config": {"vocabulary_map": {"<image>": 5, "<|extra_200|>": 6}},
    "EsmConfig": _ESM,
    "Gemma4AssistantConfig": {"text_config": {"hidden_size_per_layer_input": 0, "model_type": "gemma4_text"}},
    "JambaConfig": {
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "expert_layer_period": 2,
        "expert_layer_offset": 1,
    },
    "Granite4VisionConfig": {"deepstack_layer_map": [[0, 0], [1, 1]], "downsample_rate": "4/8"},
}
