"""Times Hugging Face transformers' LLaVA with random bf16 weights: prefill and decode, unreduced, with sdpa attention.

Started by the program beside it. Prints everything that is known so far as one line of JSON, whenever there is more.
"""
import argparse
import json
import statistics
import sys
import time

WARM_UPS, LEAST, MOST, ENOUGH_SECONDS, WARM_SECONDS = 2, 3, 10, 2.0, 2.0

result = {"versions": None, "attention": None, "problem": None, "rows": []}


def say():
    print(json.dumps(result), flush=True)


def median_milliseconds(synchronize, action):
    def once():
        synchronize()
        start = time.perf_counter()
        action()
        synchronize()
        return 1000 * (time.perf_counter() - start)

    for _ in range(WARM_UPS):
        once()
    start, times = time.perf_counter(), []
    while len(times) < MOST and (len(times) < LEAST or time.perf_counter() - start < ENOUGH_SECONDS):
        times.append(once())
    return statistics.median(times)


def measure(options):
    import torch
    import transformers
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    result["versions"] = f"torch {torch.__version__}, transformers {transformers.__version__}"
    say()
    synchronize = torch.cuda.synchronize if options.device.startswith("cuda") else lambda: None
    torch.manual_seed(1)
    config = LlavaConfig.from_pretrained(options.config)
    config._attn_implementation = "sdpa"
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(options.device):
        model = LlavaForConditionalGeneration(config).eval()
    model.to(options.device)
    model.generation_config.eos_token_id = None  # no answer ends early
    model.generation_config.pad_token_id = getattr(config.text_config, "pad_token_id", None) or 0
    result["attention"] = str(getattr(model.config.text_config, "_attn_implementation", "not told"))
    side, patch = config.vision_config.image_size, config.vision_config.patch_size
    image_token = getattr(config, "image_token_index", None) or config.image_token_id
    visual = (side // patch) ** 2
    for batch in options.batches:
        text = torch.randint(10, 500, (batch, options.text_tokens - 1), device=options.device)
        first = torch.ones((batch, 1), dtype=torch.long, device=options.device)
        image = torch.full((batch, visual), image_token, dtype=torch.long, device=options.device)
        ids = torch.cat([first, image, text], dim=1)
        inputs = {
            "input_ids": ids,
            "attention_mask": torch.ones_like(ids),
            "pixel_values": torch.randn((batch, 3, side, side), device=options.device),
        }

        def generate(count):
            with torch.inference_mode():
                out = model.generate(**inputs, do_sample=False, use_cache=True, min_new_tokens=count, max_new_tokens=count)
            if out.shape[1] != ids.shape[1] + count:
                raise RuntimeError(f"{out.shape[1] - ids.shape[1]} tokens were generated, expected {count}")

        if not result["rows"]:  # the first row would have what the device does once
            start = time.perf_counter()
            while time.perf_counter() - start < WARM_SECONDS:
                generate(1)
                synchronize()
        prefill = median_milliseconds(synchronize, lambda: generate(1))
        whole = median_milliseconds(synchronize, lambda: generate(1 + options.decoded_tokens))
        result["rows"].append({"batch": batch, "firstMilliseconds": prefill, "decodeMilliseconds": whole - prefill})
        say()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, help="folder with config.json")
    parser.add_argument("--device", required=True)
    parser.add_argument("--batches", required=True, type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--text-tokens", required=True, type=int)
    parser.add_argument("--decoded-tokens", required=True, type=int)
    options = parser.parse_args()
    try:
        measure(options)
    except ImportError as error:
        result["problem"] = f"this machine's Python lacks a package: {error}"
        say()
    except Exception as error:  # whatever it is belongs into the table
        result["problem"] = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        say()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
