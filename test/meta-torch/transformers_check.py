"""
Builds current architectures of a transformers checkout from their configuration classes, without torch, runs them, and
compares their parameters with published counts or with sums by hand from the configuration:

    PYTHONPATH=server/meta-torch python3 test/meta-torch/transformers_check.py PATH_OF_TRANSFORMERS [NAME …]
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path


def gated_decoder(vocab, hidden, layers, heads, groups, inner, *, head=None, tied=False, qkv_bias=False, qk_norm=False, norms=2, expert=None):
    """
    Parameters of a decoder of the Llama family: embeddings, for each layer the four projections, three matrices of the gated
    feed-forward (or `expert` = (number, width) of them and a router), and its norms; a final norm and the output matrix.
    """
    head = head or hidden // heads
    attention = hidden * head * heads * 2 + hidden * head * groups * 2
    attention += head * (heads + 2 * groups) if qkv_bias else 0
    attention += 2 * head if qk_norm else 0
    forward = 3 * hidden * inner if expert is None else expert[0] * 3 * hidden * expert[1] + hidden * expert[0]
    return vocab * hidden * (1 if tied else 2) + layers * (attention + forward + norms * hidden) + hidden


def encoder(vocab, positions, types, hidden, layers, inner, *, pooler=True, embedding_norm=True):
    """BERT's: three tables, a norm, and for each layer four projections, two matrices and two norms, all with biases."""
    layer = 4 * (hidden * hidden + hidden) + 2 * hidden * inner + inner + hidden + 4 * hidden
    pooled = hidden * hidden + hidden if pooler else 0
    return (vocab + positions + types) * hidden + (2 * hidden if embedding_norm else 0) + layers * layer + pooled


def deepseek_v2_lite_attention(hidden, heads, rank, nope, rope, value):
    """Multi-head latent attention (DeepSeek-V2, section 2.1): keys and values from a low-rank latent."""
    return hidden * heads * (nope + rope) + hidden * (rank + rope) + rank + rank * heads * (nope + value) + heads * value * hidden


def cases(tf, torch):
    """Name: (model class, config, how it is run, parameters and where that number is from)."""
    ids = lambda: {"input_ids": torch.zeros(1, 16, dtype=torch.long)}  # noqa: E731
    image = lambda size=224: {"pixel_values": torch.zeros(1, 3, size, size)}  # noqa: E731
    small = 4
    return {
        "llama-2-7b": (tf.LlamaForCausalLM, tf.LlamaConfig(), ids, gated_decoder(32000, 4096, 32, 32, 32, 11008)),  # 6,738,415,616 published
        "llama-3-8b": (tf.LlamaForCausalLM, tf.LlamaConfig(vocab_size=128256, num_key_value_heads=8, intermediate_size=14336), ids, 8030261248),
        "qwen2-7b": (tf.Qwen2ForCausalLM, tf.Qwen2Config(vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28, num_attention_heads=28, num_key_value_heads=4), ids, 7615616512),
        "qwen3-8b": (tf.Qwen3ForCausalLM, tf.Qwen3Config(vocab_size=151936, hidden_size=4096, intermediate_size=12288, num_hidden_layers=36, num_attention_heads=32, num_key_value_heads=8, head_dim=128), ids,
                     gated_decoder(151936, 4096, 36, 32, 8, 12288, head=128, qk_norm=True)),
        "qwen3-moe": (tf.Qwen3MoeForCausalLM, tf.Qwen3MoeConfig(vocab_size=151936, hidden_size=2048, intermediate_size=6144, num_hidden_layers=small, num_attention_heads=32, num_key_value_heads=4, head_dim=128, num_experts=128, num_experts_per_tok=8, moe_intermediate_size=768), ids,
                      gated_decoder(151936, 2048, small, 32, 4, 0, head=128, qk_norm=True, expert=(128, 768))),
        "mistral-7b": (tf.MistralForCausalLM, tf.MistralConfig(), ids, 7241732096),
        "mixtral-8x7b": (tf.MixtralForCausalLM, tf.MixtralConfig(), ids, 46702792704),
        "gemma-2b": (tf.GemmaForCausalLM, tf.GemmaConfig(vocab_size=256000, hidden_size=2048, intermediate_size=16384, num_hidden_layers=18, num_attention_heads=8, num_key_value_heads=1, head_dim=256, tie_word_embeddings=True), ids, 2506172416),
        "gemma2-2b": (tf.Gemma2ForCausalLM, tf.Gemma2Config(vocab_size=256000, hidden_size=2304, intermediate_size=9216, num_hidden_layers=26, num_attention_heads=8, num_key_value_heads=4, head_dim=256, tie_word_embeddings=True), ids,
                      gated_decoder(256000, 2304, 26, 8, 4, 9216, head=256, tied=True, norms=4)),
        "phi-3-mini": (tf.Phi3ForCausalLM, tf.Phi3Config(), ids, 3821079552),
        "phi-2": (tf.PhiForCausalLM, tf.PhiConfig(vocab_size=51200, hidden_size=2560, intermediate_size=10240, num_hidden_layers=32, num_attention_heads=32, partial_rotary_factor=0.4), ids, 2779683840),
        "deepseek-v2-lite": (tf.DeepseekV2ForCausalLM, tf.DeepseekV2Config(vocab_size=102400, hidden_size=2048, intermediate_size=10944, moe_intermediate_size=1408, num_hidden_layers=27, num_attention_heads=16, num_key_value_heads=16, n_shared_experts=2, n_routed_experts=64, q_lora_rank=None, kv_lora_rank=512, qk_rope_head_dim=64, v_head_dim=128, qk_nope_head_dim=128, first_k_dense_replace=1, num_experts_per_tok=6, topk_method="greedy", n_group=1, topk_group=1), ids, 15706484224),
        "deepseek-v3": (tf.DeepseekV3ForCausalLM, tf.DeepseekV3Config(num_hidden_layers=small), ids, None),
        "gpt2": (tf.GPT2LMHeadModel, tf.GPT2Config(), ids, 124439808),
        "gpt-neox": (tf.GPTNeoXForCausalLM, tf.GPTNeoXConfig(vocab_size=50304, hidden_size=512, num_hidden_layers=6, num_attention_heads=8, intermediate_size=2048), ids, 70426624),
        "bert-base": (tf.BertModel, tf.BertConfig(), ids, encoder(30522, 512, 2, 768, 12, 3072)),  # 109,482,240 published
        "roberta-base": (tf.RobertaModel, tf.RobertaConfig(vocab_size=50265, max_position_embeddings=514, type_vocab_size=1), ids, encoder(50265, 514, 1, 768, 12, 3072)),
        "distilbert": (tf.DistilBertModel, tf.DistilBertConfig(), ids, 66362880),
        "modernbert": (tf.ModernBertModel, tf.ModernBertConfig(), ids, 149014272),
        "t5-small": (tf.T5ForConditionalGeneration, tf.T5Config(decoder_start_token_id=0), lambda: {**ids(), "decoder_input_ids": torch.zeros(1, 8, dtype=torch.long)}, 60506624),
        "bart-base": (tf.BartModel, tf.BartConfig(vocab_size=50265, d_model=768, encoder_layers=6, decoder_layers=6, encoder_ffn_dim=3072, decoder_ffn_dim=3072, encoder_attention_heads=12, decoder_attention_heads=12), ids, 139420416),
        "vit-base": (tf.ViTModel, tf.ViTConfig(), image, 86389248),
        "deit-base": (tf.DeiTModel, tf.DeiTConfig(), image, None),
        "dinov2-base": (tf.Dinov2Model, tf.Dinov2Config(image_size=518, patch_size=14), lambda: image(518), 86580480),
        "swin-tiny": (tf.SwinModel, tf.SwinConfig(), image, 27519354),
        "convnext-tiny": (tf.ConvNextModel, tf.ConvNextConfig(), image, 27820128),
        "clip-base-32": (tf.CLIPModel, tf.CLIPConfig(), lambda: {**ids(), **image()}, 151277313),
        "siglip-base": (tf.SiglipModel, tf.SiglipConfig(), lambda: {**ids(), **image()}, None),
        "whisper-tiny": (tf.WhisperForConditionalGeneration, tf.WhisperConfig(), lambda: {"input_features": torch.zeros(1, 80, 3000), "decoder_input_ids": torch.zeros(1, 4, dtype=torch.long)}, 37760640),
        "wav2vec2-base": (tf.Wav2Vec2Model, tf.Wav2Vec2Config(), lambda: {"input_values": torch.zeros(1, 16000)}, 94371712),
        "sam-base": (tf.SamModel, tf.SamConfig(), lambda: {"pixel_values": torch.zeros(1, 3, 1024, 1024), "input_points": torch.zeros(1, 1, 1, 2)}, 93735472 + 2 * 128),  # published, and the matrix of its position embedding
        "mamba-130m": (tf.MambaForCausalLM, tf.MambaConfig(vocab_size=50280, hidden_size=768, num_hidden_layers=24), ids, 129135360),
    }


def check(name, case, torch):
    kind, config, inputs, wanted = case
    start = time.time()
    model = kind(config).eval()
    found = sum(param.numel() for param in model.parameters())
    built = time.time() - start
    with torch.no_grad():
        model(**inputs())
    state = "published or hand sum agrees" if found == wanted else "no count to compare" if wanted is None else f"WRONG, wanted {wanted:,}"
    print(f"{name}: {found:,} parameters ({state}); built in {built:.2f} s, run in {time.time() - start - built:.2f} s", flush=True)
    return found == wanted, wanted is None


#: What transformers refuses to start without: compiled packages that an installed transformers has beside it.
COMPANIONS = {"filelock": "3.20.0", "huggingface_hub": "1.9.0", "safetensors": "0.6.2", "PyYAML": "6.0.2", "tokenizers": "0.22.1", "sentencepiece": "0.2.1"}


def add_companions(folder):
    """Metadata of each, and modules without contents for those whose absence Python below 3.14 trips over."""
    for name, version in COMPANIONS.items():
        if list(Path(sys.argv[1]).glob(f"{name.lower()}-*.dist-info")):
            continue
        info = Path(folder, f"{name}-{version}.dist-info")
        info.mkdir()
        Path(info, "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        if name in ("tokenizers", "sentencepiece"):
            text = f"import sys\nfrom ridgepoint.opaque import OpaqueModule\nmade = OpaqueModule({name!r})\nmade.__spec__ = __spec__\nmade.__version__ = {version!r}\nsys.modules[__name__] = made\n"
            Path(folder, f"{name}.py").write_text(text, encoding="utf-8")
    sys.path.append(str(folder))


def main():
    with tempfile.TemporaryDirectory() as folder:
        add_companions(folder)
        run_all()


def run_all():
    warnings.simplefilter("ignore")
    # A checkout, or a folder in which the package is installed.
    source = next((folder for folder in (Path(sys.argv[1], "src"), Path(sys.argv[1])) if Path(folder, "transformers").is_dir()), None)
    if source is None:
        sys.exit(f"{sys.argv[1]}: there is no transformers; the check needs a checkout or an installed one.")
    sys.path.insert(0, str(source))
    # Only what the checkout and we bring: the machine's own packages are older than what current transformers expects.
    sys.path[:] = [folder for folder in sys.path if "dist-packages" not in folder]
    from ridgepoint import opaque

    opaque.install()
    import torch
    from torch.nn.modules import module

    module.Sites.wanted = False
    import transformers as tf

    chosen = sys.argv[2:]
    ran = exact = unknown = 0
    every = {name: case for name, case in cases(tf, torch).items() if not chosen or name in chosen}
    for name, case in every.items():
        try:
            same, is_open = check(name, case, torch)
            ran, exact, unknown = ran + 1, exact + same, unknown + is_open
        except Exception as error:  # noqa: BLE001 - counted and shown
            frames = traceback.extract_tb(error.__traceback__)
            place = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames[-4:]))
            print(f"{name}: {type(error).__name__}: {str(error)[:200]} [{place}]", flush=True)
    print(f"{len(every)} architectures: {ran} run, {exact} exact, {unknown} without a count to compare")


if __name__ == "__main__":
    main()
