using System.Text.Json;
using System.Text.Json.Nodes;
using EosMLNet.Onnx.Models;

namespace EosMLNet.Onnx;

/// <summary><c>genai_config.json</c>: what ONNX Runtime GenAI has to know of a decoder's graph.</summary>
internal static class GenAiConfig
{
    internal const string FileName = "genai_config.json";

    // GenAI makes room for so many tokens at once, unless it is told another number.
    private const int UsualLength = 4096;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes it.</summary>
    /// <param name="folder">The exported folder.</param>
    /// <param name="config">The model.</param>
    /// <param name="buffers">The layers that keys and values are kept of.</param>
    internal static void Save(string folder, ModelConfig config, int buffers)
    {
        var text = config.Text;
        var document = new JsonObject
        {
            ["model"] = new JsonObject
            {
                // A decoder that is given token ids; whatever else its graph has as inputs, an application sets.
                ["type"] = "llama",
                ["bos_token_id"] = config.BosTokenId,
                ["eos_token_id"] = new JsonArray([.. config.EosTokenIds.Select(id => JsonValue.Create(id))]),
                ["pad_token_id"] = config.PadTokenId,
                ["vocab_size"] = text.VocabularySize,
                ["context_length"] = text.MaxPositions,
                ["decoder"] = new JsonObject
                {
                    ["filename"] = OnnxManifest.FilesOf(OnnxLayout.GenAi).Decoder,
                    ["hidden_size"] = text.HiddenSize,
                    ["head_size"] = text.HeadSize,
                    ["num_attention_heads"] = text.HeadCount,
                    ["num_key_value_heads"] = text.KeyValueHeadCount,
                    ["num_hidden_layers"] = buffers,
                    ["session_options"] = new JsonObject { ["provider_options"] = new JsonArray() },
                    ["inputs"] = new JsonObject
                    {
                        ["input_ids"] = DecoderNames.Ids,
                        ["attention_mask"] = DecoderNames.Mask,
                        ["past_key_names"] = "past_key_values.%d.key",
                        ["past_value_names"] = "past_key_values.%d.value",
                    },
                    ["outputs"] = new JsonObject
                    {
                        ["logits"] = DecoderNames.Logits,
                        ["present_key_names"] = "present.%d.key",
                        ["present_value_names"] = "present.%d.value",
                    },
                },
            },
            ["search"] = new JsonObject
            {
                ["do_sample"] = false,
                ["num_beams"] = 1,
                ["top_k"] = 1,
                ["max_length"] = Math.Min(text.MaxPositions, UsualLength),
                ["past_present_share_buffer"] = true,
            },
        };
        AtomicFile.WriteText(Path.Combine(folder, FileName), document.ToJsonString(Json) + "\n");
    }
}
