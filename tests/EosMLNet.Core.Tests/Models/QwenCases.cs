using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>
/// The prompts, images and numbers of one Qwen-VL family's cases in Golden/backbones, as transformers' <c>forward</c> takes them. Tensors
/// are in the caller's dispose scope.
/// </summary>
internal sealed class QwenCases(string family) : IDisposable
{
    private readonly SafetensorsFile file = SafetensorsFile.Open(GoldenFiles.At("backbones", family, "golden.safetensors"));
    private readonly SafetensorsFile precise = SafetensorsFile.Open(GoldenFiles.At("backbones", family, "golden-f64logits.safetensors"));
    private readonly JsonSection cases = JsonSection.Read(GoldenFiles.At("backbones", family, "golden.json")).Section("cases");

    /// <summary>The families, and the names of their cases.</summary>
    public static TheoryData<string, string> All()
    {
        var data = new TheoryData<string, string>();
        foreach (var family in (string[])["qwen2_5_vl", "qwen2_vl", "qwen3_vl"])
        {
            foreach (var name in Names(family))
                data.Add(family, name);
        }
        return data;
    }

    /// <summary>The names of a family's cases.</summary>
    internal static IEnumerable<string> Names(string family)
    {
        string[] all = ["img", "two", "vid", "batch", "text", "textbatch", "mixed", "textimg"];
        return family == "qwen2_5_vl" ? [.. all, "vidfrac"] : all;
    }

    internal string Checkpoint => GoldenFiles.At("backbones", family, "checkpoint");

    internal bool Has(string name) => file.Entries.ContainsKey(name);

    internal Tensor Read(string name) => file.Read(name);

    internal Tensor? Precise(string name) => precise.Entries.ContainsKey(name) ? precise.Read(name) : null;

    internal int[][] Ids(string name) => Rows(Read(name));

    /// <summary>What transformers generated.</summary>
    internal int[][] GeneratedIds(string name) => Ids(Has($"{name}_trunc.generated_ids") ? $"{name}_trunc.generated_ids" : $"{name}.generated_ids");

    /// <summary>The unpadded prompts of a case.</summary>
    internal int[][] Prompts(string name)
    {
        var (ids, mask) = (Ids($"{name}.input_ids"), Ids($"{name}.attention_mask"));
        return [.. ids.Zip(mask, (row, valid) => row.Where((_, i) => valid[i] == 1).ToArray())];
    }

    /// <summary>A case's images and videos in the order of its prompts; null without any.</summary>
    internal VisionInput? Images(VisionLanguageModel model, string name) =>
        VisionInput.InOrder(model.ReadInputs(tensor => Input(model, name, tensor)), Prompts(name), model);

    /// <summary>A case's rows.</summary>
    internal PromptBatch Batch(VisionLanguageModel model, string name, Action<string, Tensor>? tap = null)
    {
        using var unrecorded = no_grad();
        var images = Images(model, name);
        return PromptBatch.Create(model, Prompts(name), images is null ? null : model.EncodeImages(images, tap));
    }

    public void Dispose()
    {
        file.Dispose();
        precise.Dispose();
    }

    private Tensor? Input(VisionLanguageModel model, string name, string tensor)
    {
        var one = cases.Section(name);
        string[] images = [.. one.Find("images")!.Value.EnumerateArray().Select(image => image.GetString()!)];
        string[] videos = one.Flag("video", false) ? ["video"] : [];
        return tensor switch
        {
            "pixel_values" => Pixels(images),
            "image_grid_thw" => Grids(images),
            "pixel_values_videos" => Pixels(videos),
            "video_grid_thw" => Grids(videos),
            _ => Has($"{name}.{tensor}") ? Read($"{name}.{tensor}") : null,
        };

        Tensor? Pixels(string[] names) =>
            names.Length == 0 ? null : cat([.. names.Select(image => Read($"pixels.{image}"))]).to(model.DataType);

        Tensor? Grids(string[] names) => names.Length == 0 ? null : stack([.. names.Select(image => Read($"grid.{image}"))]);
    }

    private static int[][] Rows(Tensor x) => [.. x.data<long>().Select(id => (int)id).Chunk((int)x.shape[1])];
}
