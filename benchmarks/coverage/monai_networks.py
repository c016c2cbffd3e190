"""The networks of MONAI (`monai.networks.nets`), small."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from monai.networks import nets

from .case import Case
from .entries import Entry, cases_from, given, noise

__all__ = ["cases"]

FLAT = noise(1, 1, 64, 64)
SOLID = noise(1, 1, 32, 32, 32)
COLOUR = noise(1, 3, 64, 64)

_VAE: dict[str, Any] = {
    "spatial_dims": 2,
    "channels": (8, 16),
    "num_res_blocks": (1, 1),
    "attention_levels": (False, True),
    "norm_num_groups": 4,
}
_DIFFUSION: dict[str, Any] = {**_VAE, "in_channels": 1, "num_head_channels": 8}
_CHANNELS: dict[str, Any] = {"channels": (4, 8, 16), "strides": (2, 2, 2)}
_BERT: dict[str, Any] = {
    "attention_probs_dropout_prob": 0.1,
    "classifier_dropout": None,
    "gradient_checkpointing": False,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 768,
    "initializer_range": 0.02,
    "intermediate_size": 128,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 64,
    "model_type": "bert",
    "num_attention_heads": 12,
    "num_hidden_layers": 2,
    "pad_token_id": 0,
    "type_vocab_size": 2,
    "vocab_size": 99,
    "chunk_size_feed_forward": 0,
    "is_decoder": False,
    "add_cross_attention": False,
}
_VIT: dict[str, Any] = {"hidden_size": 48, "mlp_dim": 64, "num_heads": 4}


def _tokens(*shape: int) -> Any:
    return partial(torch.randint, 0, 32, shape)


def _numbers() -> torch.Tensor:
    return torch.tensor([7])


def _segments() -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.randint(0, 3, (1, 32, 32)), 3).permute(0, 3, 1, 2).float()


def _dints() -> torch.nn.Module:
    space = nets.TopologyInstance(channel_mul=0.2, num_blocks=2, num_depths=3, spatial_dims=2)
    return nets.DiNTS(space, in_channels=1, num_classes=2, spatial_dims=2)


def _dints_search() -> torch.nn.Module:
    space = nets.TopologySearch(channel_mul=0.2, num_blocks=2, num_depths=3, spatial_dims=2)
    return nets.DiNTS(space, in_channels=1, num_classes=2, spatial_dims=2)


def _vista() -> torch.nn.Module:
    return nets.vista3d132(encoder_embed_dim=8, in_channels=1)


_ENTRIES: list[Entry] = [
    ("AHNet 2d", lambda: nets.AHNet((1, 1, 1, 1), 2), noise(1, 1, 128, 128)),
    ("AHNet 3d", lambda: nets.AHNet((1, 1, 1, 1), 3, upsample_mode="trilinear"), noise(1, 1, 128, 128, 64)),
    ("AttentionUnet", lambda: nets.AttentionUnet(2, 1, 2, (4, 8, 16), (2, 2)), FLAT),
    (
        "AutoEncoder",
        lambda: nets.AutoEncoder(2, 1, 1, (4, 8), (2, 2), num_res_units=1, inter_channels=(8,)),
        FLAT,
    ),
    ("AutoencoderKL", lambda: nets.AutoencoderKL(**_VAE), noise(1, 1, 32, 32)),
    (
        "AutoencoderKL checkpoint",
        lambda: nets.AutoencoderKL(**_VAE, use_checkpoint=True),
        noise(1, 1, 32, 32),
    ),
    ("BasicUNet", lambda: nets.BasicUNet(2, features=(4, 4, 8, 8, 16, 4)), FLAT),
    ("BasicUNet 3d", lambda: nets.BasicUNet(3, features=(4, 4, 8, 8, 16, 4)), SOLID),
    (
        "BasicUNetPlusPlus",
        lambda: nets.BasicUNetPlusPlus(2, features=(4, 4, 8, 8, 16, 4), deep_supervision=True),
        FLAT,
    ),
    ("Classifier", lambda: nets.Classifier((1, 64, 64), 3, **_CHANNELS), FLAT),
    (
        "ControlNet",
        lambda: nets.ControlNet(**_DIFFUSION, conditioning_embedding_num_channels=(4, 8)),
        given((1, 1, 16, 16), _numbers, (1, 1, 32, 32)),
    ),
    ("Critic", lambda: nets.Critic((1, 64, 64), **_CHANNELS), FLAT),
    ("DAF3D", lambda: nets.DAF3D(1, 2), noise(1, 1, 64, 64, 64)),
    ("DecoderOnlyTransformer", lambda: nets.DecoderOnlyTransformer(32, 16, 32, 2, 4), given(_tokens(1, 16))),
    (
        "DecoderOnlyTransformer context",
        lambda: nets.DecoderOnlyTransformer(32, 16, 32, 2, 4, with_cross_attention=True),
        given(_tokens(1, 16), context=(1, 4, 32)),
    ),
    ("DenseNet", lambda: nets.DenseNet(2, 1, 2, 8, 4, (2, 2)), FLAT),
    ("DenseNet121", lambda: nets.DenseNet121(2, 1, 2), FLAT),
    ("DenseNet169", lambda: nets.DenseNet169(2, 1, 2), FLAT),
    ("DenseNet201", lambda: nets.DenseNet201(2, 1, 2), FLAT),
    ("DenseNet264", lambda: nets.DenseNet264(2, 1, 2), FLAT),
    ("DiNTS", _dints, FLAT),
    ("DiNTS search", _dints_search, FLAT),
    (
        "DiffusionModelUNet",
        lambda: nets.DiffusionModelUNet(**_DIFFUSION, out_channels=1),
        given((1, 1, 16, 16), _numbers),
    ),
    (
        "DiffusionModelUNet conditioned",
        lambda: nets.DiffusionModelUNet(
            **_DIFFUSION, out_channels=1, with_conditioning=True, cross_attention_dim=12
        ),
        given((1, 1, 16, 16), _numbers, context=(1, 4, 12)),
    ),
    ("Discriminator", lambda: nets.Discriminator((1, 64, 64), **_CHANNELS), FLAT),
    (
        "DynUNet",
        lambda: nets.DynUNet(
            2, 1, 2, [3, 3, 3], [1, 2, 2], [2, 2], filters=[4, 8, 16], deep_supervision=True, res_block=True
        ),
        FLAT,
    ),
    ("EfficientNetBN b0", lambda: nets.EfficientNetBN("efficientnet-b0", pretrained=False), COLOUR),
    ("EfficientNetBN b4", lambda: nets.EfficientNetBN("efficientnet-b4", pretrained=False), COLOUR),
    (
        "EfficientNetBNFeatures",
        lambda: nets.EfficientNetBNFeatures("efficientnet-b0", pretrained=False),
        COLOUR,
    ),
    ("FlexUNet efficientnet", lambda: nets.FlexUNet(3, 2, "efficientnet-b0"), COLOUR),
    ("FlexUNet resnet", lambda: nets.FlexUNet(3, 2, "resnet18"), COLOUR),
    ("FullyConnectedNet", lambda: nets.FullyConnectedNet(8, 2, [16, 16]), noise(1, 8)),
    ("Generator", lambda: nets.Generator((8,), (4, 8, 8), (8, 4, 1), (2, 2, 1)), noise(1, 8)),
    ("GlobalNet", lambda: nets.GlobalNet((32, 32), 2, 2, 4, 2), noise(1, 2, 32, 32)),
    ("HighResNet", lambda: nets.HighResNet(2), FLAT),
    ("HoVerNet", lambda: nets.HoVerNet(out_classes=2), noise(1, 3, 256, 256)),
    ("HoVerNet original", lambda: nets.HoVerNet("original"), noise(1, 3, 270, 270)),
    ("LocalNet", lambda: nets.LocalNet(2, 2, 4, (0, 1)), noise(1, 2, 32, 32)),
    ("MILModel", lambda: nets.MILModel(2, pretrained=False, mil_mode="att_trans"), noise(1, 4, 3, 64, 64)),
    (
        "MILModel pyramid",
        lambda: nets.MILModel(2, pretrained=False, mil_mode="att_trans_pyramid"),
        noise(1, 4, 3, 64, 64),
    ),
    (
        "MaskedAutoEncoderViT",
        lambda: nets.MaskedAutoEncoderViT(
            1,
            (32, 32),
            (8, 8),
            **_VIT,
            num_layers=2,
            decoder_hidden_size=48,
            decoder_num_heads=4,
            spatial_dims=2,
        ),
        noise(1, 1, 32, 32),
    ),
    ("MedNeXt", lambda: nets.MedNeXt(2, 4, deep_supervision=True), FLAT),
    ("MedNeXtS", lambda: nets.MedNeXtS(spatial_dims=2), FLAT),
    ("MedNeXtL", lambda: nets.MedNeXtL(spatial_dims=2), FLAT),
    (
        "MultiScalePatchDiscriminator",
        lambda: nets.MultiScalePatchDiscriminator(2, 2, 2, 4, 1, minimum_size_im=64),
        FLAT,
    ),
    (
        "NetAdapter",
        lambda: nets.NetAdapter(
            nets.resnet18(spatial_dims=2, n_input_channels=1),
            dim=2,
            pool=("avg", {"kernel_size": 2, "stride": 1}),
            node_name="layer4",
        ),
        FLAT,
    ),
    ("PatchDiscriminator", lambda: nets.PatchDiscriminator(2, 4, 1), FLAT),
    ("Quicknat", lambda: nets.Quicknat(3, num_filters=8), FLAT),
    ("RegUNet", lambda: nets.RegUNet(2, 2, 4, 2), noise(1, 2, 32, 32)),
    ("Regressor", lambda: nets.Regressor((1, 64, 64), (2, 3), **_CHANNELS), FLAT),
    ("ResNetFeatures", lambda: nets.ResNetFeatures("resnet18", pretrained=False, spatial_dims=2), FLAT),
    *(
        (f"resnet{n}", partial(getattr(nets, f"resnet{n}"), spatial_dims=2, n_input_channels=1), FLAT)
        for n in (10, 18, 34, 50, 101, 152, 200)
    ),
    ("SENet154", lambda: nets.SENet154(spatial_dims=2, in_channels=1), FLAT),
    ("SEResNeXt50", lambda: nets.SEResNeXt50(spatial_dims=2, in_channels=1), FLAT),
    ("SEResNeXt101", lambda: nets.SEResNeXt101(spatial_dims=2, in_channels=1), FLAT),
    ("SEResNet50", lambda: nets.SEResNet50(spatial_dims=2, in_channels=1), FLAT),
    ("SEResNet101", lambda: nets.SEResNet101(spatial_dims=2, in_channels=1), FLAT),
    ("SEResNet152", lambda: nets.SEResNet152(spatial_dims=2, in_channels=1), FLAT),
    (
        "SPADEAutoencoderKL",
        lambda: nets.SPADEAutoencoderKL(**_VAE, label_nc=3),
        given((1, 1, 32, 32), _segments),
    ),
    (
        "SPADEDiffusionModelUNet",
        lambda: nets.SPADEDiffusionModelUNet(**_DIFFUSION, out_channels=1, label_nc=3),
        given((1, 1, 32, 32), _numbers, _segments),
    ),
    (
        "SPADENet",
        lambda: nets.SPADENet(2, 1, 1, 3, [32, 32], [8, 16], z_dim=8),
        given(_segments, (1, 1, 32, 32)),
    ),
    ("SegResNet", lambda: nets.SegResNet(2), FLAT),
    ("SegResNet 3d", lambda: nets.SegResNet(3), SOLID),
    ("SegResNetDS", lambda: nets.SegResNetDS(2, 8, dsdepth=2), FLAT),
    ("SegResNetDS2", lambda: nets.SegResNetDS2(2, 8, dsdepth=2), FLAT),
    ("SegResNetVAE", lambda: nets.SegResNetVAE((64, 64), spatial_dims=2), FLAT),
    ("SwinUNETR", lambda: nets.SwinUNETR(1, 2, feature_size=12, spatial_dims=2), FLAT),
    ("SwinUNETR v2 3d", lambda: nets.SwinUNETR(1, 2, feature_size=12, use_v2=True), noise(1, 1, 64, 64, 64)),
    (
        "TorchVisionFCModel",
        lambda: nets.TorchVisionFCModel("resnet18", pool=("avg", {"kernel_size": 2, "stride": 1})),
        COLOUR,
    ),
    (
        "Transchex",
        lambda: nets.Transchex(
            3,
            (32, 32),
            (16, 16),
            4,
            2,
            2,
            2,
            **{
                k: v
                for k, v in _BERT.items()
                if k not in ("classifier_dropout", "is_decoder", "add_cross_attention")
            },
        ),
        given(_tokens(1, 4), vision_feats=(1, 3, 32, 32)),
    ),
    ("UNETR", lambda: nets.UNETR(1, 2, (32, 32), 4, **_VIT, spatial_dims=2), noise(1, 1, 32, 32)),
    ("UNet", lambda: nets.UNet(2, 1, 2, (4, 8, 16), (2, 2), num_res_units=2), FLAT),
    ("UNet 3d", lambda: nets.UNet(3, 1, 2, (4, 8, 16), (2, 2)), SOLID),
    ("VISTA3D", _vista, given((1, 1, 64, 64, 64), class_vector=_numbers)),
    ("VNet", lambda: nets.VNet(2), FLAT),
    ("VNet 3d", lambda: nets.VNet(3), SOLID),
    (
        "VQVAE",
        lambda: nets.VQVAE(2, 1, 1, (8, 16), 1, (8, 16), ((2, 4, 1, 1),) * 2, ((2, 4, 1, 1, 0),) * 2),
        FLAT,
    ),
    (
        "VarAutoEncoder",
        lambda: nets.VarAutoEncoder(2, (1, 32, 32), 1, 4, (4, 8), (2, 2)),
        noise(1, 1, 32, 32),
    ),
    ("VarFullyConnectedNet", lambda: nets.VarFullyConnectedNet(8, 8, 4, (16,), (16,)), noise(1, 8)),
    (
        "ViT",
        lambda: nets.ViT(1, (32, 32), (8, 8), **_VIT, num_layers=2, spatial_dims=2, classification=True),
        noise(1, 1, 32, 32),
    ),
    (
        "ViTAutoEnc",
        lambda: nets.ViTAutoEnc(1, (32, 32), (4, 4), **_VIT, num_layers=2, spatial_dims=2),
        noise(1, 1, 32, 32),
    ),
    (
        "VoxelMorph",
        lambda: nets.VoxelMorph(spatial_dims=2, backbone=nets.VoxelMorphUNet(2, 2, 4, (4, 4, 8, 8), (4, 4))),
        given((1, 1, 32, 32), (1, 1, 32, 32)),
    ),
    ("VoxelMorphUNet", lambda: nets.VoxelMorphUNet(2, 2, 4, (4, 4, 8, 8), (4, 4)), noise(1, 2, 32, 32)),
]


def cases() -> Iterator[Case]:
    """A case for each network, or kind of it."""
    yield from cases_from("monai", _ENTRIES)
