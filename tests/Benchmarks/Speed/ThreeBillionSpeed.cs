using System.Text.Json.Nodes;
using EosMLNet.Models;
using EosMLNet.Tensors;
using Gpu.Shapes;
using ScenesVqa;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>
/// A checkpoint of Qwen2.5-VL-3B's shape in bfloat16, 7.5 GB in shards: <c>eos ask</c> about an image of 1,024 visual tokens, unreduced and under a plan, and one step of <c>eos search</c> about one of 256.
/// Each in a process of its own.
/// </summary>
internal static class ThreeBillionSpeed
{
    internal const string Group = "3B, images of any size";
    private const int Tokens = 128, TokenArea = 28 * 28;
    private static readonly string Sample = Path.Combine(AppContext.BaseDirectory, "scenes-llava");

    // As published; the numbers of special tokens are its own too.
    private const string Config = """
        {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", "bos_token_id": 151643, "eos_token_id": 151645, "vision_start_token_id": 151652,
         "vision_end_token_id": 151653, "vision_token_id": 151654, "image_token_id": 151655, "video_token_id": 151656, "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 11008,
         "max_position_embeddings": 128000, "max_window_layers": 70, "num_attention_heads": 16, "num_hidden_layers": 36, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
         "sliding_window": 32768, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "use_sliding_window": false, "vocab_size": 151936,
         "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
         "vision_config": {"depth": 32, "hidden_act": "silu", "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "in_chans": 3, "out_hidden_size": 2048, "patch_size": 14,
          "spatial_merge_size": 2, "spatial_patch_size": 14, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31], "tokens_per_second": 2, "temporal_patch_size": 2}}
        """;

    private static readonly (string Text, int Id)[] Special =
    [
        ("<|endoftext|>", 151643), ("<|im_start|>", 151644), ("<|im_end|>", 151645), ("<|vision_start|>", 151652), ("<|vision_end|>", 151653), ("<|image_pad|>", 151655),
        ("<|video_pad|>", 151656),
    ];

    internal static IEnumerable<SpeedRow> Measure()
    {
        var folder = Directory.CreateTempSubdirectory("eos-3b-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "config.json"), Config);
            var weights = RandomCheckpoint.Write(ModelConfig.Load(folder), folder, shards: 2, ScalarType.BFloat16).Sum(file => new FileInfo(file).Length);
            WriteTokenizer(folder);
            DatasetWriter.Write(folder, seed: 5, train: 1, validation: 0, test: 0);
            var (table, images) = (Path.Combine(folder, "train.tsv"), Path.Combine(folder, "images"));
            var image = Directory.GetFiles(images)[0];
            var plan = Path.Combine(folder, "plan.json");
            WriteImageProcessor(folder, 1024);
            using (var model = VisionLanguageModel.Load(folder, ModelDataType.BFloat16))
                TypicalPlan.Of(model.ToPlanModel(), Tokens).Save(plan);
            yield return Row("eos ask, unreduced, 1024 visual tokens", EosProcess.Run("ask", "--model", folder, "--image", image, "--max-new-tokens", "1", "what colour is the circle"));
            yield return Row($"eos ask, {Tokens} mean tokens of 1024", EosProcess.Run("ask", "--model", folder, "--plan", plan, "--image", image, "--max-new-tokens", "1", "what colour is the circle"));
            WriteImageProcessor(folder, 256);
            yield return Row("eos search of one step, 256 visual tokens", EosProcess.Run("search", "--model", folder, "--data", table, "--images", images, "--mean-visual-share", "0.2", "--steps", "1",
                "--batch-size", "1", "--validation-questions", "1", "--try-counts", "false", "--snap-to-corners", "false", "--output", Path.Combine(folder, "found.json")));

            SpeedRow Row(string way, (double Seconds, long Peak) found) => SpeedRow.Of(Group, $"memory, 3 billion parameters of Qwen2.5-VL's shape in bfloat16, {way}", [found.Peak / (double)weights],
                "the weights", "", FormattableString.Invariant($"{found.Peak / 1e9:0.0} GB at most, {found.Seconds:0.0} s from the folder; {weights / 1e9:0.0} GB of weights"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The shipped model's words, with Qwen's special tokens.
    private static void WriteTokenizer(string folder)
    {
        foreach (var name in new[] { "vocab.json", "merges.txt" })
            File.Copy(Path.Combine(Sample, name), Path.Combine(folder, name));
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(Sample, "tokenizer_config.json")))!;
        settings["add_bos_token"] = false;
        foreach (var (text, id) in Special)
            settings["added_tokens_decoder"]![$"{id}"] = new JsonObject { ["content"] = text, ["special"] = true };
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), settings.ToJsonString());
    }

    // The sample's small pictures are enlarged to so many visual tokens.
    private static void WriteImageProcessor(string folder, int tokens) => File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"),
        $$"""{"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": {{tokens * TokenArea}}, "max_pixels": 12845056, "patch_size": 14, "temporal_patch_size": 2, "merge_size": 2}""");
}
