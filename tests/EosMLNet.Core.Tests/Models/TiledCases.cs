using System.Text.Json;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>
/// The prompts, images and numbers of one family's cases in Golden/backbones. Tensors are in the caller's dispose scope. The GPU kit reads
/// them too.
/// </summary>
internal sealed class TiledCases : IDisposable
{
    private readonly string folder;
    private readonly SafetensorsFile file;
    private readonly JsonElement cases;

    internal TiledCases(string folder)
    {
        this.folder = folder;
        file = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json"))).RootElement.GetProperty("cases");
    }

    internal string Checkpoint => Path.Combine(folder, "checkpoint");

    /// <summary>The names of the cases.</summary>
    internal IEnumerable<string> Names => cases.EnumerateObject().Select(one => one.Name);

    internal bool Has(string name) => file.Entries.ContainsKey(name);

    internal Tensor Read(string name) => file.Read(name);

    internal int[][] GeneratedIds(string name) => Rows(Read($"{name}.generated_ids"));

    /// <summary>The name of a case's logits of the last tokens, (B, K, V); null where there are none.</summary>
    internal string? Tail(string name) =>
        file.Entries.Keys.SingleOrDefault(key => key.StartsWith($"{name}.logits_tail", StringComparison.Ordinal));

    internal bool IsVideo(string name) => cases.GetProperty(name).GetProperty("video").GetBoolean();

    /// <summary>A case's prompts and images, or those of one row.</summary>
    internal PromptBatch Batch(VisionLanguageModel model, string name, Action<string, Tensor>? tap = null, int? row = null)
    {
        var prompts = Prompts(name);
        var (images, rows) = (Images(name), prompts.Length);
        if (row is not null)
        {
            prompts = [prompts[row.Value]];
            if (rows > 1)
                images = [images[row.Value]]; // batches have one image a row
        }
        return PromptBatch.Create(model, prompts, images.Count == 0 ? null : Encode());

        VisionOutput Encode()
        {
            using var unrecorded = no_grad();
            return model.EncodeImages(Input(model, images), tap);
        }
    }

    /// <summary>The unpadded prompts of a case.</summary>
    internal int[][] Prompts(string name)
    {
        var (ids, mask) = (Rows(Read($"{name}.input_ids")), Rows(Read($"{name}.attention_mask")));
        return [.. ids.Zip(mask, (x, valid) => x.Where((_, i) => valid[i] == 1).ToArray())];
    }

    /// <summary>A case's images; null without any.</summary>
    internal VisionInput? Input(VisionLanguageModel model, string name) => Images(name) is { Count: > 0 } images ? Input(model, images) : null;

    public void Dispose() => file.Dispose();

    private static VisionInput Input(VisionLanguageModel model, List<(Tensor Pixels, ImageShape Shape)> images) => new(
        cat([.. images.Select(image => image.Pixels)]).to(model.DataType, model.Device), [.. images.Select(image => image.Shape)]);

    private List<(Tensor Pixels, ImageShape Shape)> Images(string name)
    {
        if (IsVideo(name))
        {
            var frames = Read("pixels.video");
            return [(frames, new ImageShape((int)frames.shape[0], IsVideo: true))];
        }
        var single = cases.GetProperty(name).TryGetProperty("base_tile_only", out var only) && only.GetBoolean();
        return [.. cases.GetProperty(name).GetProperty("images").EnumerateArray().Select(image => One(image.GetString()!, single))];
    }

    private (Tensor, ImageShape) One(string image, bool single)
    {
        var pixels = Read($"pixels.{image}");
        var size = Read($"image_size.{image}").data<long>().ToArray();
        return (single ? pixels.narrow(0, 0, 1) : pixels, new ImageShape(single ? 1 : (int)pixels.shape[0], (int)size[0], (int)size[1]));
    }

    private static int[][] Rows(Tensor x) => [.. x.data<long>().Select(id => (int)id).Chunk((int)x.shape[1])];
}
