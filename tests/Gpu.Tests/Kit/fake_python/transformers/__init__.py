"""As much of transformers as hf_llava.py uses: a model that takes a second for each token, by a clock of its own."""
import json
import os
import time
import types

import torch

__version__ = "0.fake"
now = 0.0
time.perf_counter = lambda: now


class LlavaConfig(types.SimpleNamespace):
    @classmethod
    def from_pretrained(cls, folder):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            return json.load(file, object_hook=lambda fields: cls(**fields))


class LlavaForConditionalGeneration:
    def __init__(self, config):
        self.config = config
        config.text_config._attn_implementation = config._attn_implementation
        self.generation_config = types.SimpleNamespace()

    def eval(self):
        return self

    def to(self, device):
        assert device == "cpu"

    def generate(self, input_ids, attention_mask, pixel_values, do_sample, use_cache, min_new_tokens, max_new_tokens):
        global now
        batch, length = input_ids.shape
        side = self.config.vision_config.image_size
        assert attention_mask.shape == input_ids.shape and pixel_values.shape == (batch, 3, side, side)
        assert length == 32 + (side // self.config.vision_config.patch_size) ** 2
        assert not do_sample and use_cache and min_new_tokens == max_new_tokens
        if batch > int(os.environ.get("FAKE_LARGEST_BATCH", "99")):
            raise RuntimeError("out of memory")
        now += max_new_tokens
        return torch.Tensor(batch, length + max_new_tokens)
