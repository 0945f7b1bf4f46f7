"""Random tiny models of the families that people use, and tokenizers for them: nothing is downloaded."""

from __future__ import annotations

import torch
import transformers as tr

WORDS = "the cat sat on mat and dog ran far away from a big red house in old town where it was born".split()

SMALL = dict(vocab_size=99, hidden_size=32, intermediate_size=37, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=256)
GROUPED = dict(SMALL, num_key_value_heads=2, bos_token_id=1, eos_token_id=2, pad_token_id=0)


def gpt2():
    config = tr.GPT2Config(vocab_size=99, n_embd=32, n_layer=3, n_head=4, n_positions=256, bos_token_id=1, eos_token_id=2)
    return make(tr.GPT2LMHeadModel, config)


def llama(**more):
    return make(tr.LlamaForCausalLM, tr.LlamaConfig(**{**GROUPED, **more}))


def gemma2():
    """Soft-capped scores, a scale of its own, every other layer with a window of 4."""
    config = tr.Gemma2Config(
        **GROUPED, head_dim=8, attn_logit_softcapping=2.0, query_pre_attn_scalar=5, sliding_window=4, final_logit_softcapping=30.0
    )
    return make(tr.Gemma2ForCausalLM, config)


def mistral():
    """A sliding window of 5 in each layer."""
    return make(tr.MistralForCausalLM, tr.MistralConfig(**GROUPED, sliding_window=5))


def gpt_oss():
    """Sinks: rows sum to less than 1."""
    config = tr.GptOssConfig(
        **{**GROUPED, "num_hidden_layers": 2, "intermediate_size": 64}, head_dim=8, sliding_window=4, num_local_experts=2, num_experts_per_tok=1,
        layer_types=["sliding_attention", "full_attention"],
    )
    model = make(tr.GptOssForCausalLM, config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "sinks" in name:
                parameter.normal_(0, 1)
    return model


def lfm2():
    """A hybrid: attention in layers 1 and 3 alone."""
    config = tr.Lfm2Config(
        **{**GROUPED, "num_hidden_layers": 4}, layer_types=["conv", "full_attention", "conv", "full_attention"], block_auto_adjust_ff_dim=False
    )
    return make(tr.Lfm2ForCausalLM, config)


def bert():
    return make(tr.BertModel, tr.BertConfig(**SMALL, pad_token_id=0))


def albert():
    """One layer that serves for three."""
    return make(tr.AlbertModel, tr.AlbertConfig(**SMALL, embedding_size=16, pad_token_id=0))


def t5():
    config = tr.T5Config(
        vocab_size=99, d_model=32, d_kv=8, d_ff=37, num_layers=3, num_heads=4, decoder_start_token_id=0, pad_token_id=0, eos_token_id=2
    )
    return make(tr.T5ForConditionalGeneration, config)


def whisper():
    config = tr.WhisperConfig(
        vocab_size=99, num_mel_bins=8, d_model=32, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4, decoder_attention_heads=4,
        encoder_ffn_dim=37, decoder_ffn_dim=37, max_source_positions=30, max_target_positions=40, decoder_start_token_id=1, pad_token_id=0,
        bos_token_id=1, eos_token_id=2, begin_suppress_tokens=None, suppress_tokens=None,
    )
    return make(tr.WhisperForConditionalGeneration, config)


def vit():
    config = tr.ViTConfig(
        hidden_size=32, intermediate_size=37, num_hidden_layers=3, num_attention_heads=4, image_size=24, patch_size=8, num_channels=3
    )
    return make(tr.ViTModel, config)


def deberta():
    """An attention of its own, which no interface reaches."""
    config = tr.DebertaV2Config(**SMALL, relative_attention=True, pos_att_type=["c2p", "p2c"], position_buckets=8, pad_token_id=0)
    return make(tr.DebertaV2Model, config)


def make(kind, config):
    torch.manual_seed(0)
    model = kind(config).eval()
    with torch.no_grad():
        # Weights as they are made are so small that all attention is even.
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2 and not name.endswith("embeddings.weight"):
                parameter.normal_(0, 0.3)
    return model


def tokenizer(chat: bool = False):
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[CLS]", "[SEP]", "[UNK]", *WORDS, ":", ".", "user", "assistant"])}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    if not chat:
        inner.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
        )
    made = tr.PreTrainedTokenizerFast(
        tokenizer_object=inner, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    )
    if chat:
        made.chat_template = "{% for m in messages %}{{ m.role }} : {{ m.content }} . {% endfor %}"
    return made
