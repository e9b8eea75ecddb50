using System.Text.Json;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>The inputs and numbers of one family's cases in Golden/backbones. Tensors are in the caller's dispose scope.</summary>
internal sealed class TiledGolden : IDisposable
{
    private const double Tolerance = 5e-5, RotaryTolerance = 5e-6;

    private readonly string folder;
    private readonly SafetensorsFile file;
    private readonly JsonElement cases;

    internal TiledGolden(string family)
    {
        folder = GoldenFiles.At(Path.Combine("backbones", family));
        file = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json"))).RootElement.GetProperty("cases");
    }

    /// <summary>Compares every intermediate result of a case that there is a number for.</summary>
    internal static void CheckIntermediates(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var golden = new TiledGolden(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float32);
        var mask = golden.Read($"{name}.attention_mask").to(ScalarType.Bool);                        // (B, T)
        using var batch = golden.Batch(model, name, Compare);
        new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel())).Forward(batch, Compare).Dispose();
        Assert.True(golden.Compared > 0, $"{name} has nothing to compare with");

        void Compare(string key, Tensor value) =>
            golden.Compare(name, key, value, mask, key.StartsWith("rope", StringComparison.Ordinal) ? RotaryTolerance : Tolerance);
    }

    /// <summary>Compares the ids that a case generates, all rows together and each alone.</summary>
    internal static void CheckGeneratedIds(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new TiledGolden(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float32);
        var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        using var batch = golden.Batch(model, name);
        var together = reduced.Generate(batch, 8).Ids;
        Assert.Equal(golden.GeneratedIds(name), together);
        for (var row = 0; row < together.Count; row++)
        {
            using var alone = golden.Batch(model, name, row: row);
            Assert.Equal(together[row], reduced.Generate(alone, 8).Ids[0]);
        }
    }

    internal string Checkpoint => Path.Combine(folder, "checkpoint");

    /// <summary>How many tensors were compared.</summary>
    internal int Compared { get; private set; }

    internal Tensor Read(string name) => file.Read(name);

    internal int[][] GeneratedIds(string name) => Rows(Read($"{name}.generated_ids"));

    /// <summary>A case's prompts and images, or those of one row.</summary>
    internal PromptBatch Batch(VisionLanguageModel model, string name, Action<string, Tensor>? tap = null, int? row = null)
    {
        var (ids, mask) = (Rows(Read($"{name}.input_ids")), Rows(Read($"{name}.attention_mask")));
        int[][] prompts = [.. ids.Zip(mask, (x, valid) => x.Where((_, i) => valid[i] == 1).ToArray())];
        var images = Images(name);
        if (row is not null)
        {
            prompts = [prompts[row.Value]];
            if (ids.Length > 1)
                images = [images[row.Value]]; // batches have one image a row
        }
        return PromptBatch.Create(model, prompts, images.Count == 0 ? null : Encode());

        VisionOutput Encode()
        {
            using var unrecorded = no_grad();
            return model.EncodeImages(new VisionInput(cat([.. images.Select(image => image.Pixels)]), [.. images.Select(image => image.Shape)]), tap);
        }
    }

    /// <summary>Compares an intermediate result, where there is one of its name; rows of padding apart.</summary>
    internal void Compare(string name, string key, Tensor value, Tensor mask, double tolerance)
    {
        var (expected, found) = key == "logits" ? (Tail(name), value) : key == "packed_image" && IsVideo(name)
            ? ($"{name}.packed_video", value) : ($"{name}.{key}", value);
        if (!file.Entries.ContainsKey(expected))
            return;
        var wanted = Read(expected);
        if (key == "logits")
            (found, mask) = (found.narrow(1, found.shape[1] - wanted.shape[1], wanted.shape[1]), mask.narrow(1, mask.shape[1] - wanted.shape[1], wanted.shape[1]));
        Assert.Equal(wanted.shape, found.shape);
        var difference = found.sub(wanted).abs();
        if (wanted.dim() == 3 && wanted.shape[0] == mask.shape[0] && wanted.shape[1] == mask.shape[1])
            difference = difference.mul(mask.unsqueeze(-1));
        Assert.InRange(difference.max().item<float>(), 0, tolerance);
        Compared++;
    }

    public void Dispose() => file.Dispose();

    private string Tail(string name) => file.Entries.Keys.SingleOrDefault(key => key.StartsWith($"{name}.logits_tail", StringComparison.Ordinal)) ?? "";

    private bool IsVideo(string name) => cases.GetProperty(name).GetProperty("video").GetBoolean();

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
